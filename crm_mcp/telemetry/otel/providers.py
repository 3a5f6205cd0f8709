"""Where spans and metrics go: to an OTLP receiver over HTTP, or to standard error.

The providers are this package's alone: what other libraries would tell by the global ones is told nobody.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from importlib import metadata

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExportResult

from crm_mcp.languages import Texts
from crm_mcp.telemetry import events
from crm_mcp.telemetry.current import followers
from crm_mcp.telemetry.environment import Asked
from crm_mcp.telemetry.gauges import GAUGES
from crm_mcp.telemetry.otel.metrics import Metrics
from crm_mcp.telemetry.otel.spans import Spans

_texts = Texts(__file__)
_SCOPE = "crm_mcp"
_FLUSHED_WITHIN_S = 2.0
"""How long the end of the process may take to bring out the last of it: a supervisor kills after its grace."""

Say = Callable[[str], None]


def export(asked: Asked, transport: str, *, say: Say) -> Callable[[], None]:
    """Begin to export; return what ends it and brings out what is left.

    Args:
        asked: What goes where.
        transport: `stdio` or `http`.
        say: Tells the operator what goes wrong.
    """
    # The libraries' own words go to nobody: a line for each attempt to reach a receiver that is down.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
    resource, version = _resource(), metadata.version("crm-mcp-server")
    trouble = _Trouble(say)
    shutdowns: list[Callable[[], object]] = []
    if asked.traces:
        tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        to_stderr = asked.traces == "console"
        exporter = ConsoleSpanExporter(out=sys.stderr) if to_stderr else _SpanExporter(trouble)
        tracers.add_span_processor(BatchSpanProcessor(exporter))
        spans = Spans(tracers.get_tracer(_SCOPE, version))
        events.observers.append(spans)
        followers.append(spans)
        shutdowns.append(tracers.shutdown)
    if asked.metrics:
        to_stderr = asked.metrics == "console"
        reader = PeriodicExportingMetricReader(
            ConsoleMetricExporter(out=sys.stderr) if to_stderr else _MetricExporter(trouble)
        )
        meters = MeterProvider([reader], resource, shutdown_on_exit=False)
        events.observers.append(Metrics(meters.get_meter(_SCOPE, version), transport))
        shutdowns.append(meters.shutdown)
    return lambda: _bring_out(shutdowns)


def _resource() -> Resource:
    """Return who tells: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say comes first."""
    given = Resource.create({"service.instance.id": str(uuid.uuid4())})
    ours = {"service.version": metadata.version("crm-mcp-server")}
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if not named:
        given = given.merge(Resource({SERVICE_NAME: "crm-mcp-server"}))
    return Resource(ours).merge(given)


def _bring_out(shutdowns: Sequence[Callable[[], object]]) -> None:
    followers.clear()
    GAUGES.loop = None  # it runs no more, or waits for this
    threads = [threading.Thread(target=shutdown, daemon=True) for shutdown in shutdowns]
    for thread in threads:
        thread.start()
    until_s = time.monotonic() + _FLUSHED_WITHIN_S
    for thread in threads:
        thread.join(max(0.0, until_s - time.monotonic()))


class _Trouble:
    """Says once that a receiver takes nothing, until it takes something again."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._is_told = False

    def note(self, *, is_well: bool) -> None:
        """Take note of one attempt."""
        if not is_well and not self._is_told:
            self._say(_texts.text("the receiver of OpenTelemetry data does not take it; it is tried again."))
        self._is_told = not is_well


class _SpanExporter(OTLPSpanExporter):
    """Sends spans to an OTLP receiver."""

    def __init__(self, trouble: _Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        self._trouble.note(is_well=result is SpanExportResult.SUCCESS)
        return result


class _MetricExporter(OTLPMetricExporter):
    """Sends metrics to an OTLP receiver."""

    def __init__(self, trouble: _Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: object
    ) -> MetricExportResult:
        result = super().export(metrics_data, timeout_millis, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        self._trouble.note(is_well=result is MetricExportResult.SUCCESS)
        return result
