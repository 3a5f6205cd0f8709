"""Metrics: each event is counted or measured, and what is open is counted when it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry.metrics import CallbackOptions, Observation

from crm_mcp.telemetry.gauges import GAUGES
from crm_mcp.telemetry.otel import names
from crm_mcp.telemetry.otel.spans import Attributes, crm_attributes, outcome_attributes, request_attributes

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, Meter

    from crm_mcp.telemetry.events import Fields
    from crm_mcp.telemetry.otel.names import Metric

_MINUTE_S = 61.0


class Metrics:
    """Makes metrics of what is told; `transport` is `stdio` or `http`."""

    def __init__(self, meter: Meter, transport: str) -> None:
        self._meter = meter
        self._transport = transport
        self._left: dict[tuple[str, str], tuple[int, int, float]] = {}
        self._takes: Mapping[str, Callable[[Fields], None]] = {
            "request_served": self._measuring(names.REQUESTS, self._of_request),
            "crm_request_sent": self._measuring(names.CRM_REQUESTS, crm_attributes),
            "http_answered": self._measuring(names.HTTP_REQUESTS, _of_http),
            "replica_refreshed": self._measuring(names.REPLICA, _of_refresh),
            "budget_used": self._budget(),
            "store_failed": self._counting(names.STORE_ERRORS, lambda fields: {names.ERROR: fields["error"]}),
            "webhook_received": self._counting(names.WEBHOOKS, _of_webhook),
        }
        self._observe(names.BUDGET_LEFT, self._budgets_left)
        self._observe(names.CALLS, lambda: _one(GAUGES.count_calls(), "unfinished"))
        self._observe(names.QUESTIONS, lambda: _one(GAUGES.count_calls(), "asking"))
        self._observe(names.SESSIONS, lambda: _one(GAUGES.count_stored(), "sessions"))
        self._observe(names.PLANS, lambda: _one(GAUGES.count_stored(), "plans"))

    def tell(self, event: str, fields: Fields) -> None:
        """Take note of an event."""
        if take := self._takes.get(event):
            take(fields)

    def _measuring(self, metric: Metric, attributes_of: Callable[[Fields], Attributes]) -> Callable[[Fields], None]:
        histogram = self._histogram(metric)
        return lambda fields: histogram.record(fields["duration_s"], attributes_of(fields))

    def _counting(self, metric: Metric, attributes_of: Callable[[Fields], Attributes]) -> Callable[[Fields], None]:
        counter: Counter = self._meter.create_counter(metric.name, metric.unit, metric.meaning)
        return lambda fields: counter.add(1, attributes_of(fields))

    def _histogram(self, metric: Metric) -> Histogram:
        return self._meter.create_histogram(
            metric.name, metric.unit, metric.meaning, explicit_bucket_boundaries_advisory=names.BUCKETS
        )

    def _observe(self, metric: Metric, ask: Callable[[], Iterable[Observation]]) -> None:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            return ask()

        self._meter.create_observable_gauge(metric.name, [observe], metric.unit, metric.meaning)

    def _of_request(self, fields: Fields) -> Attributes:
        outcome = outcome_attributes(fields["outcome"], fields["error"])
        return {**request_attributes(fields, self._transport), **outcome}

    def _budget(self) -> Callable[[Fields], None]:
        waits = self._histogram(names.BUDGET_WAITS)

        def take(fields: Fields) -> None:
            waits.record(fields["waited_s"], {names.CRM: fields["crm"]})
            if fields["left"] >= 0:
                self._left[fields["crm"], fields["budget"]] = fields["left"], fields["limit"], time.monotonic()

        return take

    def _budgets_left(self) -> Iterable[Observation]:
        for (crm, budget), (left, limit, at) in list(self._left.items()):
            is_over = time.monotonic() - at > _MINUTE_S  # since then none went from here
            yield Observation(limit if is_over else left, {names.CRM: crm, names.BUDGET: budget})


def _of_http(fields: Fields) -> Attributes:
    return {
        names.HTTP_METHOD: fields["method"],
        names.HTTP_ROUTE: fields["route"],
        names.HTTP_STATUS: fields["status"],
    }


def _of_refresh(fields: Fields) -> Attributes:
    return {names.CRM: fields["crm"]} | ({names.ERROR: fields["error"]} if fields["error"] else {})


def _of_webhook(fields: Fields) -> Attributes:
    return {names.CRM: fields["crm"], names.HTTP_STATUS: fields["status"]}


def _one(counts: Mapping[str, Any], name: str) -> Iterable[Observation]:
    return [Observation(counts[name])] if name in counts else []
