"""A receiver of OTLP over HTTP on loopback: it keeps what it is sent, decoded."""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it was received."""

    name: str
    trace_id: str
    parent_id: str
    attributes: Mapping[str, Any]
    is_error: bool


@dataclass
class Received:
    """What came so far."""

    url: str = ""
    traces: list[ExportTraceServiceRequest] = field(default_factory=list[ExportTraceServiceRequest])
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list[ExportMetricsServiceRequest])

    def spans(self) -> Iterator[Span]:
        for request in self.traces:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        ids = span.trace_id.hex(), span.parent_span_id.hex()
                        yield Span(
                            span.name, *ids, _plain(span.attributes), span.status.code == span.status.STATUS_CODE_ERROR
                        )

    def points(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the name of each metric with the attributes of each of its points."""
        for request in self.metrics:
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        for point in getattr(metric, str(metric.WhichOneof("data"))).data_points:
                            yield metric.name, _plain(point.attributes)

    def resources(self) -> Iterator[Mapping[str, Any]]:
        for request in self.traces:
            for resource in request.resource_spans:
                yield _plain(resource.resource.attributes)

    def text(self) -> str:
        """Return all of it as text."""
        return "\n".join(map(str, [*self.traces, *self.metrics]))


@contextlib.contextmanager
def receiving() -> Generator[Received]:
    """Yield what a receiver gets inside the block."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            if self.path == "/v1/traces":
                received.traces.append(ExportTraceServiceRequest.FromString(body))
            else:
                received.metrics.append(ExportMetricsServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the standard library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()


def _plain(attributes: Any) -> Mapping[str, Any]:
    def value_of(one: KeyValue) -> Any:
        return getattr(one.value, str(one.value.WhichOneof("value")))

    return {one.key: value_of(one) for one in attributes}
