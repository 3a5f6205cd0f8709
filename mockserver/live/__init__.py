"""Live accounts of the two CRMs: where they are, how to log in, and one careful way to ask them over HTTP.

`record` and `drift` go through here. Nothing here knows the fake.
"""
