"""Faults on request: which request is to meet one, and what becomes of its response.

Each request of a known login is shown to the plan once. The first rule that matches counts; what a rule counts and
draws depends on the plan and the requests it was shown alone, so the same plan and requests bring the same faults.

| kind | is the request carried out? | what the caller gets |
|---|---|---|
| status | no | the given status, headers and body |
| html | no | an HTML page of an error, 502 where no status is given |
| reset | no | a reset connection |
| reset_after_commit | yes | a reset connection |
| truncate | yes | the whole response's length, half of its body, then the end of the connection |
| malformed | yes | 200 with JSON that ends too early |
| latency | yes | the response, late |
| drip | yes | the response, its body in small pieces over the whole delay |
| same_page | yes, as if the first page was asked for | the first page, whichever was asked for |
| wrong_count | yes | a count that is one hundred too high |

Any kind may have a delay. It never holds up other requests: a request is carried out when it comes, and only its
response waits.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from mockserver.crm.api import HTML_TYPE, JSON_TYPE, TEXT_TYPE, ApiRequest, ApiResponse, Delivery
from mockserver.registry import CrmEntry
from mockserver.workspaces.fault_plan import Fault, Plan, Rule
from mockserver.workspaces.glob import Glob

COUNT_IS_OFF_BY = 100

CallCrm = Callable[[ApiRequest], ApiResponse]


@dataclass(frozen=True, slots=True)
class FaultHit:
    """A fault that a request is to meet, with its delay drawn."""

    fault: Fault
    delay_s: float


class Faults:
    """The plan of one workspace, and how far it has come.

    Args:
        workspace: The workspace's name.
    """

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self._rules: list[_RuleInForce] = []
        self.plan = Plan()

    def follow(self, plan: Plan) -> None:
        """Put a plan in force, from its beginning."""
        self.plan = plan
        self._rules = [
            _RuleInForce(rule, self._workspace, f"{plan.seed}/{index}") for index, rule in enumerate(plan.rules)
        ]

    def clear(self) -> int:
        """Take all faults away and return how many rules there were."""
        rules = len(self.plan.rules)
        self.follow(Plan())
        return rules

    def match(self, workspace: str, method: str, path: str, *, is_webhook: bool = False) -> FaultHit | None:
        """Show the plan one request, or one that a webhook sends, and return the fault that it is to meet, if any."""
        if not self._rules:
            return None
        chosen: FaultHit | None = None
        for rule in self._rules:
            if rule.fits(
                workspace, method, path, is_webhook=is_webhook
            ):  # the rules behind the one that matches count the request too
                chosen = rule.draw() if chosen is None else chosen
        return chosen


class _RuleInForce:
    """A rule with what it has counted."""

    def __init__(self, rule: Rule, owner: str, seed: str) -> None:
        self._rule = rule
        self._path = Glob(rule.match.path) if rule.match.path is not None else None
        self._workspace = Glob(rule.match.workspace or owner)
        self._random = random.Random(seed)  # noqa: S311 - it is to be foreseeable
        self._seen = 0
        self._hits = 0

    def fits(self, workspace: str, method: str, path: str, *, is_webhook: bool) -> bool:
        """Tell whether the rule means such a request, and count it if so."""
        if self._rule.match.webhook != is_webhook:
            return False
        wanted = self._rule.match.method
        if wanted is not None and wanted != method:
            return False
        if self._path is not None and not self._path.matches(path):
            return False
        if not self._workspace.matches(workspace):
            return False
        self._seen += 1
        return True

    def draw(self) -> FaultHit | None:
        """Decide whether the request just counted meets the fault."""
        rule = self._rule
        if rule.match.nth is not None and self._seen != rule.match.nth:
            return None
        if rule.times and self._hits >= rule.times:
            return None
        if rule.probability < 1 and self._random.random() >= rule.probability:
            return None
        self._hits += 1
        return FaultHit(rule.fault, self._random.uniform(*rule.fault.delay_s) if rule.fault.delay_s else 0.0)


def apply_fault(hit: FaultHit, entry: CrmEntry, request: ApiRequest, call_crm: CallCrm) -> ApiResponse:
    """Answer a request that meets a fault.

    Args:
        hit: The fault.
        entry: The CRM that is asked.
        request: The request.
        call_crm: Has the CRM carry out a request.
    """
    fault = hit.fault
    delivery = Delivery(
        fault.kind,
        hit.delay_s,
        is_reset=fault.kind in {"reset", "reset_after_commit"},
        is_dripped=fault.kind == "drip",
    )
    match fault.kind:
        case "status" | "html":
            response = _build_own_response(fault)
        case "reset":
            response = ApiResponse(0, b"")
        case "reset_after_commit":
            response = _drop_response(call_crm(request))
        case "truncate":
            response = call_crm(request)
            delivery = replace(delivery, cut_at=len(response.body) // 2)
        case "malformed":
            response = _corrupt(call_crm(request), fault)
        case "same_page":
            response = _first_page(entry, request, call_crm)
        case "wrong_count":
            response = _inflate_count(entry, call_crm(request))
        case "latency" | "drip":
            response = call_crm(request)
    if delivery.delay_s:
        response = replace(response, hints=(*response.hints, f"The fault took {delivery.delay_s:.3f} s."))
    return replace(response, delivery=delivery)


def _drop_response(response: ApiResponse) -> ApiResponse:
    hint = f"The request was carried out and its answer, {response.status}, was lost with the connection."
    return ApiResponse(0, b"", reason=response.reason, hints=(*response.hints, hint))


def _build_own_response(fault: Fault) -> ApiResponse:
    status = fault.status or HTTPStatus.BAD_GATEWAY
    content_type = HTML_TYPE if fault.kind == "html" else TEXT_TYPE
    if fault.body is not None:
        body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body, separators=(",", ":"))
        if not isinstance(fault.body, str):
            content_type = JSON_TYPE
    elif status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        body = ""
    else:
        body = _name_status(status)
        if fault.kind == "html":
            body = f"<!doctype html>\n<html><head><title>{body}</title></head><body><h1>{body}</h1></body></html>\n"
    return _put_headers(ApiResponse(status, body.encode(), content_type), fault)


def _name_status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _put_headers(response: ApiResponse, fault: Fault) -> ApiResponse:
    content_type = response.content_type
    headers = dict(response.headers)
    for name, value in fault.headers.items():
        if name.lower() == "content-type":
            content_type = value
        else:
            headers[name] = value
    return replace(response, content_type=content_type, headers=headers)


def _corrupt(response: ApiResponse, fault: Fault) -> ApiResponse:
    """Return the response as 200 with broken JSON: no JSON ends with a comma."""
    body = response.body[:-1] + b","
    if fault.body is not None:
        body = (fault.body if isinstance(fault.body, str) else json.dumps(fault.body)[:-1] + ",").encode()
    corrupted = replace(response, status=fault.status or HTTPStatus.OK, body=body, content_type=JSON_TYPE)
    return _put_headers(corrupted, fault)


def _first_page(entry: CrmEntry, request: ApiRequest, call_crm: CallCrm) -> ApiResponse:
    kept = [(name, value) for name, value in request.query if name != entry.page_parameter]
    response = call_crm(replace(request, query=kept))
    if len(kept) == len(request.query):
        return response
    return replace(response, hints=(*response.hints, f"{entry.page_parameter} was ignored: this is the first page."))


def _inflate_count(entry: CrmEntry, response: ApiResponse) -> ApiResponse:
    # The response is not written anew, so that all the rest of it stays as it is, escapes included.
    pattern = rb'("%s":"?)(\d+)' % entry.count_key.encode()
    right = re.search(pattern, response.body) if entry.count_key else None
    if right is None:
        return replace(response, hints=(*response.hints, "This answer tells no count, so the fault changed nothing."))
    wrong = int(right[2]) + COUNT_IS_OFF_BY
    body = response.body[: right.start(2)] + str(wrong).encode() + response.body[right.end(2) :]
    hint = f"{entry.count_key} should be {int(right[2])}."
    return replace(response, body=body, hints=(*response.hints, hint))
