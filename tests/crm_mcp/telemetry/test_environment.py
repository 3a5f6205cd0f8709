"""What OpenTelemetry's variables ask for."""

from __future__ import annotations

import pytest

from crm_mcp.telemetry.environment import Asked, read_environment

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, Asked()),
        ({"OTEL_SERVICE_NAME": "crm"}, Asked()),
        (ENDPOINT, Asked("otlp", "otlp")),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, Asked("otlp")),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Asked("otlp")),
        ({"OTEL_METRICS_EXPORTER": " Console "}, Asked("", "console")),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "none"}, Asked("otlp")),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, Asked()),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "false"}, Asked("otlp", "otlp")),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, Asked("otlp", "otlp")),
        (
            {**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            Asked(problems=(("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),)),
        ),
        (
            {**ENDPOINT, "OTEL_METRICS_EXPORTER": "prometheus"},
            Asked("otlp", problems=(("OTEL_METRICS_EXPORTER", "otlp, console, none"),)),
        ),
    ],
)
def test_an_exporter_or_an_endpoint_asks_for_it(environment: dict[str, str], asked: Asked) -> None:
    assert read_environment(environment) == asked
