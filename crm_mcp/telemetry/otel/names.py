"""The metrics, and the attributes of spans and metrics: OpenTelemetry's names where it has some. Pure.

Values of attributes come from closed sets of our own code's, see `crm_mcp.telemetry.events`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

METHOD = "mcp.method.name"
TOOL = "gen_ai.tool.name"
PROMPT = "gen_ai.prompt.name"
OPERATION = "gen_ai.operation.name"
PROTOCOL = "mcp.protocol.version"
REQUEST_ID = "jsonrpc.request.id"
TRANSPORT = "network.transport"
ERROR = "error.type"
OUTCOME = "crm_mcp.outcome"
CRM = "crm_mcp.crm"
BUDGET = "crm_mcp.budget.id"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
URL = "url.template"

SECONDS = "s"
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: Its name.
        kind: `histogram`, `counter` or `gauge`.
        unit: Its unit.
        meaning: What it counts or measures.
        attributes: By what it is split.
    """

    name: str
    kind: Literal["histogram", "counter", "gauge"]
    unit: str
    meaning: str
    attributes: Sequence[str] = ()


REQUESTS = Metric(
    "mcp.server.operation.duration",
    "histogram",
    SECONDS,
    "Requests of the protocol, tool calls among them, until they were answered",
    (METHOD, TOOL, PROMPT, OUTCOME, ERROR, PROTOCOL, TRANSPORT),
)
CRM_REQUESTS = Metric(
    "http.client.request.duration",
    "histogram",
    SECONDS,
    "Requests to CRMs, from the connection to the last byte",
    (CRM, HTTP_METHOD, URL, HTTP_STATUS, ERROR),
)
HTTP_REQUESTS = Metric(
    "http.server.request.duration",
    "histogram",
    SECONDS,
    "Requests over HTTP, refused ones too, until the response began",
    (HTTP_METHOD, HTTP_ROUTE, HTTP_STATUS),
)
BUDGET_WAITS = Metric(
    "crm_mcp.budget.wait.duration",
    "histogram",
    SECONDS,
    "How long requests to a CRM waited for the limit of requests a minute",
    (CRM,),
)
BUDGET_LEFT = Metric(
    "crm_mcp.budget.left",
    "gauge",
    "{request}",
    "How many requests may go in this minute; told by the process that sent the last one",
    (CRM, BUDGET),
)
CALLS = Metric("crm_mcp.calls.unfinished", "gauge", "{call}", "Calls that are worked for in this process")
QUESTIONS = Metric(
    "crm_mcp.questions.open",
    "gauge",
    "{question}",
    "Calls of this process that wait for a person; clients of 2026-07-28 ask without one",
)
SESSIONS = Metric(
    "crm_mcp.sessions.open",
    "gauge",
    "{session}",
    "Sessions of older clients that were used in the last half hour, of all processes of the store",
)
PLANS = Metric(
    "crm_mcp.plans.open", "gauge", "{plan}", "Plans that may still be applied, of all processes of the store"
)
STORE_ERRORS = Metric("crm_mcp.store.errors", "counter", "{error}", "Failures of the store", (ERROR,))
REPLICA = Metric(
    "crm_mcp.replica.refresh.duration",
    "histogram",
    SECONDS,
    "How long it took to bring the replica up to date for a statement",
    (CRM, ERROR),
)
WEBHOOKS = Metric("crm_mcp.webhooks", "counter", "{webhook}", "Webhooks, refused ones too", (CRM, HTTP_STATUS))
METRICS: Sequence[Metric] = (
    *(REQUESTS, CRM_REQUESTS, HTTP_REQUESTS, BUDGET_WAITS, BUDGET_LEFT, CALLS, QUESTIONS, SESSIONS, PLANS),
    *(STORE_ERRORS, REPLICA, WEBHOOKS),
)
SPANS: Sequence[tuple[str, str, Sequence[str]]] = (
    (
        "`tools/call get_project`",
        "SERVER",
        (METHOD, TOOL, PROMPT, OPERATION, PROTOCOL, REQUEST_ID, TRANSPORT, OUTCOME, ERROR),
    ),
    ("`GET /Api/R3/Project/{id}`", "CLIENT", (CRM, HTTP_METHOD, URL, HTTP_STATUS, ERROR)),
)
"""An example of each kind of span, its kind, and its attributes."""
