"""Spans: one for each request of the protocol, and below it one for each request to a CRM."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from crm_mcp.telemetry.otel import names

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

    from crm_mcp.telemetry.current import Request
    from crm_mcp.telemetry.events import Fields

Attributes = dict[str, str | int]
_PARENT = "traceparent"
_FIRST_REFUSAL = 400


class Spans:
    """Makes spans of what is told."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextlib.contextmanager
    def follow(self, request: Request) -> Generator[None]:
        """Surround the answering of a request by its span."""
        with self._tracer.start_as_current_span(
            " ".join(filter(None, [request.method, request.name])),
            _parent_of(request.trace),
            trace.SpanKind.SERVER,
            attributes={**request_attributes(vars_of(request)), **_of_call(request)},
            record_exception=False,  # it would tell its text
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                span.set_attributes(outcome_attributes(request.outcome, request.error))
                if request.outcome == "error":
                    span.set_status(trace.StatusCode.ERROR)

    def tell(self, event: str, fields: Fields) -> None:
        """Make the span of a request to a CRM."""
        if event != "crm_request_sent":
            return
        end_ns = time.time_ns()
        span = self._tracer.start_span(
            f"{fields['method']} {fields['route']}",
            kind=trace.SpanKind.CLIENT,
            attributes=crm_attributes(fields),
            start_time=end_ns - int(fields["duration_s"] * 1e9),
        )
        if fields["error"] or fields["status"] >= _FIRST_REFUSAL:
            span.set_status(trace.StatusCode.ERROR)
        span.end(end_ns)


def _parent_of(carriers: tuple[Mapping[str, Any], ...]) -> Context | None:
    """Return the caller's trace: of `_meta` before HTTP headers. Its `tracestate` is any text, and is left out."""
    for carrier in carriers:
        given = carrier.get(_PARENT)
        if isinstance(given, str):
            context = TraceContextTextMapPropagator().extract({_PARENT: given})
            if trace.get_current_span(context).get_span_context().is_valid:
                return context
    return None


def vars_of(request: Request) -> Mapping[str, Any]:
    """Return the fields of a request by the names of `events.request_served`."""
    return {"method": request.method, "tool": request.name, "protocol": request.protocol, "is_http": request.is_http}


def _of_call(request: Request) -> Attributes:
    call: Attributes = {names.OPERATION: "execute_tool"} if request.method == "tools/call" else {}
    return call | ({names.REQUEST_ID: request.request_id} if request.request_id else {})


def request_attributes(fields: Fields, transport: str = "") -> Attributes:
    """Return what is said of a request of the protocol before it is answered."""
    named: Attributes = {}
    if fields["tool"]:
        named[names.TOOL if fields["method"] == "tools/call" else names.PROMPT] = fields["tool"]
    if fields["protocol"]:
        named[names.PROTOCOL] = fields["protocol"]
    is_http = fields.get("is_http", transport == "http")
    return {names.METHOD: fields["method"], **named, names.TRANSPORT: "tcp" if is_http else "pipe"}


def outcome_attributes(outcome: str, error: str) -> Attributes:
    """Return what a request came to: of an error its type, never its text."""
    said: Attributes = {names.OUTCOME: outcome}
    return {**said, names.ERROR: error} if error else said


def crm_attributes(fields: Fields) -> Attributes:
    """Return what is said of a request to a CRM."""
    said: Attributes = {names.CRM: fields["crm"], names.HTTP_METHOD: fields["method"], names.URL: fields["route"]}
    if fields["status"]:
        said[names.HTTP_STATUS] = fields["status"]
    if error := fields["error"] or (str(fields["status"]) if fields["status"] >= _FIRST_REFUSAL else ""):
        said[names.ERROR] = error
    return said
