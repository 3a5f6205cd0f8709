"""What operators see of the service: OpenTelemetry, and the log file.

Whoever does something says so in `events`; `observing` decides who listens. Nothing of a CRM's data and of a login is
ever told: no argument, result, text of an error, record id, address or subject.
"""
