"""What OpenTelemetry's own variables ask for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULT_PROTOCOL = "http/protobuf"
_EXPORTERS = ("otlp", "console", "none")


@dataclass(frozen=True, slots=True)
class Asked:
    """What OpenTelemetry's own variables ask for.

    Attributes:
        traces: Where spans go: `otlp`, `console` (standard error), or empty for nowhere.
        metrics: Where metrics go.
        problems: What is asked for and cannot be given: variables with the value that each may have.
    """

    traces: str = ""
    metrics: str = ""
    problems: tuple[tuple[str, str], ...] = ()


def read_environment(environment: Mapping[str, str] = os.environ) -> Asked:
    """Return what the environment asks for; an exporter or an endpoint must be named, since most hosts name neither."""
    given = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_") and value.strip()}
    if not given or given.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Asked()
    problems: list[tuple[str, str]] = []
    traces = _exporter_of("TRACES", given, problems)
    metrics = _exporter_of("METRICS", given, problems)
    return Asked(traces, metrics, tuple(dict.fromkeys(problems)))


def _exporter_of(signal: str, given: Mapping[str, str], problems: list[tuple[str, str]]) -> str:
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    variable = f"OTEL_{signal}_EXPORTER"
    asked = given.get(variable, "otlp" if any(name in given for name in endpoints) else "none").lower()
    if asked not in _EXPORTERS:
        problems.append((variable, ", ".join(_EXPORTERS)))
        return ""
    if asked == "otlp":
        protocols = (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
        named = next((name for name in protocols if name in given), "")
        if named and given[named].lower() != _DEFAULT_PROTOCOL:
            problems.append((named, _DEFAULT_PROTOCOL))
            return ""
    return "" if asked == "none" else asked
