"""OpenTelemetry: spans and metrics of what `events` tells. Loaded only where `OTEL_*` variables ask for it."""
