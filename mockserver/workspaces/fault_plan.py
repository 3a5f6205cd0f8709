"""A plan of faults, read from a document whose mistakes are named with their path in it.

    {"seed": 1, "rules": [{"match": {"method": "PUT", "path": "/Api/R3/Project*", "workspace": "mine", "nth": 2},
                           "probability": 1.0, "times": 0,
                           "fault": {"kind": "status", "status": 429, "headers": {"Retry-After": "30"},
                                     "body": {"any": "JSON, or text"}, "delay_s": {"min": 0.1, "max": 2}}}]}

Every key but `fault` and its `kind` may be left out or null; a missing key of `match` matches everything.

- `path` is compared whole, without the query, with case; `*` in it stands for any characters, slashes included.
- `webhook`, true, means what webhooks send in place of requests; `path` is then that of the receiver.
- `nth` is the one request that is meant, counted from 1 among those that the rest of `match` fits.
- `times` is how often a rule applies at most; 0 is without limit.
- `delay_s` is seconds; between `min` and `max` any value is equally likely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, cast, get_args

from mockserver.documents.checked import CheckedReader, is_number
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import name_type
from mockserver.registry import CRMS

FaultKind = Literal[
    "status",
    "latency",
    "reset",
    "reset_after_commit",
    "truncate",
    "malformed",
    "html",
    "drip",
    "same_page",
    "wrong_count",
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
MAX_DELAY_S = 3600.0
_WITH_OWN_ANSWER = ("status", "malformed", "html")
_WITH_DELAY: tuple[FaultKind, ...] = ("latency", "drip")
_OF_SEARCHES: tuple[FaultKind, ...] = ("same_page", "wrong_count")
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_COUNTED_HEADERS = ("content-length", "transfer-encoding")


class FaultPlanError(Exception):
    """A document is no plan; the message names the path inside it and what to write instead."""


_READER = CheckedReader(FaultPlanError, whole="the plan", full_stop="")


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a rule means, or which that webhooks send; None is any."""

    method: str | None = None
    path: str | None = None
    workspace: str | None = None
    nth: int | None = None
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Attributes:
        kind: How.
        status: The status answered, None for the kind's own.
        headers: Headers of the answer.
        body: The answer's body, as text or any other JSON value; None for the kind's own.
        delay_s: The shortest and the longest delay in seconds, None where none was given.
    """

    kind: FaultKind
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: object = None
    delay_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: which requests, how likely, how often, and what goes wrong."""

    match: Match
    fault: Fault
    probability: float = 1.0
    times: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its rules in order, of which the first that matches counts, and the seed of everything random in it."""

    seed: int = 1
    rules: Sequence[Rule] = ()


def parse_plan(document: object) -> Plan:
    """Read a plan.

    Raises:
        FaultPlanError: The document has another shape.
    """
    plan = _take_object(document, "", ("seed", "rules"), "a plan has")
    seed = _READER.take_whole_number(plan.get("seed", 1), "seed")
    rules = _READER.take_list(plan.get("rules", []), "rules", "a list of rules")
    return Plan(seed, tuple(_parse_rule(rule, f"rules[{index}]") for index, rule in enumerate(rules)))


def show_plan(plan: Plan) -> dict[str, object]:
    """Return the document that `parse_plan` reads as this plan, with the defaults filled in."""
    return {"seed": plan.seed, "rules": [_show_rule(rule) for rule in plan.rules]}


def _show_rule(rule: Rule) -> dict[str, object]:
    match, fault = rule.match, rule.fault
    matched = {"method": match.method, "path": match.path, "workspace": match.workspace, "nth": match.nth}
    matched["webhook"] = match.webhook or None
    shown: dict[str, object] = {"kind": fault.kind}
    if fault.status is not None:
        shown["status"] = fault.status
    if fault.headers:
        shown["headers"] = dict(fault.headers)
    if fault.body is not None:
        shown["body"] = fault.body
    if fault.delay_s is not None:
        shortest, longest = fault.delay_s
        shown["delay_s"] = shortest if shortest == longest else {"min": shortest, "max": longest}
    return {
        "match": {key: value for key, value in matched.items() if value is not None},
        "probability": rule.probability,
        "times": rule.times,
        "fault": shown,
    }


def _parse_rule(value: object, path: str) -> Rule:
    rule = _take_object(value, path, ("match", "probability", "times", "fault"), "a rule has")
    probability = _READER.take_number(rule.get("probability", 1.0), f"{path}.probability", 1)
    match = _parse_match(rule.get("match", {}), f"{path}.match")
    if "fault" not in rule:
        raise FaultPlanError(f'{path}.fault: is missing; write what goes wrong, such as {{"kind": "reset"}}')
    fault = _parse_fault(rule["fault"], f"{path}.fault")
    if match.webhook and fault.kind in _OF_SEARCHES:
        raise FaultPlanError(f"{path}.fault.kind: a webhook has no pages and no count for the kind {fault.kind}")
    return Rule(
        match=match,
        fault=fault,
        probability=float(probability),
        times=_READER.take_whole_number(rule.get("times", 0), f"{path}.times", 0),
    )


def _parse_match(value: object, path: str) -> Match:
    match = _take_object(value, path, ("method", "path", "workspace", "nth", "webhook"), "a match has")
    is_webhook = _READER.take_flag(match.get("webhook", False), f"{path}.webhook")
    method = _take_text(match.get("method"), f"{path}.method")
    if method is not None and method.upper() not in _METHODS:
        known = ", ".join(_METHODS)
        raise FaultPlanError(f'{path}.method: write one of {known}, not "{method}"{_suggest(method, _METHODS)}')
    nth = match.get("nth")
    return Match(
        method=method.upper() if method else None,
        path=_check_path(_take_text(match.get("path"), f"{path}.path"), f"{path}.path", is_webhook=is_webhook),
        workspace=_take_text(match.get("workspace"), f"{path}.workspace"),
        nth=None if nth is None else _READER.take_whole_number(nth, f"{path}.nth", 1),
        webhook=is_webhook,
    )


def _check_path(text: str | None, path: str, *, is_webhook: bool) -> str | None:
    if text is None or is_webhook:
        return text
    if "?" in text:
        raise FaultPlanError(f"{path}: is compared without the query; leave out the ? and what follows it")
    fixed, star, _ = text.partition("*")
    for entry in CRMS:
        if entry.owns(fixed) or (star and any(root.startswith(fixed) for root in entry.roots)):
            return text
    roots = [place for entry in CRMS for place in entry.list_places("/*")]
    raise FaultPlanError(f'{path}: no API is at "{text}"; paths begin with {", ".join(roots)}{_suggest(text, roots)}')


def _parse_fault(value: object, path: str) -> Fault:
    fault = _take_object(value, path, ("kind", "status", "headers", "body", "delay_s"), "a fault has")
    kind = fault.get("kind")
    if kind not in KINDS:
        near = _suggest(kind, KINDS) if isinstance(kind, str) else ""
        found = f"not {name_type(kind)}" if "kind" in fault else "it is missing"
        raise FaultPlanError(f"{path}.kind: write one of {', '.join(KINDS)}; {found}{near}")
    for key in ("status", "headers", "body"):
        if key in fault and kind not in _WITH_OWN_ANSWER:
            kinds = ", ".join(_WITH_OWN_ANSWER)
            raise FaultPlanError(f"{path}.{key}: means nothing to the kind {kind}; the kinds {kinds} have it")
    delay_s = _parse_delay(fault["delay_s"], f"{path}.delay_s") if "delay_s" in fault else None
    if delay_s is None and kind in _WITH_DELAY:
        raise FaultPlanError(f"{path}.delay_s: is missing; the kind {kind} needs it, in seconds")
    status = _parse_status(fault.get("status"), f"{path}.status")
    if status is None and kind == "status":
        raise FaultPlanError(f"{path}.status: is missing; the kind status needs it, such as 503")
    if status in _BODILESS and "body" in fault:
        raise FaultPlanError(f"{path}.body: an answer of status {status} has no body")
    headers = _parse_headers(fault.get("headers", {}), f"{path}.headers")
    return Fault(kind, status, headers, fault.get("body"), delay_s)


def _parse_status(value: object, path: str) -> int | None:
    if value is None:
        return None
    status = _READER.take_whole_number(value, path, 200)
    if status > 599:
        raise FaultPlanError(f"{path}: must be an HTTP status from 200 to 599, not {status}")
    return status


def _parse_headers(value: object, path: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, given in _take_object(value, path).items():
        text = str(given) if is_number(given) else given
        if not isinstance(text, str) or not _HEADER_VALUE.fullmatch(text):
            raise FaultPlanError(f"{path}.{name}: must be text of one line that fits a header, not {name_type(given)}")
        if not _HEADER_NAME.fullmatch(name):
            raise FaultPlanError(f"{path}: {name!r} is no name of a header")
        if name.lower() in _COUNTED_HEADERS:
            raise FaultPlanError(f"{path}.{name}: is counted by the server; the kind truncate makes it wrong")
        headers[name] = text.strip()
    return headers


def _parse_delay(value: object, path: str) -> tuple[float, float]:
    if not isinstance(value, dict):
        delay_s = _take_seconds(value, path)
        return delay_s, delay_s
    between = _READER.take_object(cast("object", value), path, ("min", "max"), "a range of delays has")
    shortest = _take_seconds(between.get("min", 0), f"{path}.min")
    longest = _take_seconds(between.get("max"), f"{path}.max")
    if shortest > longest:
        raise FaultPlanError(f"{path}: min must not exceed max")
    return shortest, longest


def _take_seconds(value: object, path: str) -> float:
    return _READER.take_number(value, path, MAX_DELAY_S, "seconds, ")


def _take_text(value: object, path: str) -> str | None:
    return None if value is None else _READER.take_text(value, path)


def _take_object(value: object, path: str, known: Sequence[str] | None = None, listing: str = "") -> dict[str, object]:
    """Take an object without its null values."""
    found = _READER.take_object(value, path, known, listing)
    return {key: each for key, each in found.items() if each is not None}


def _suggest(name: str, known: Sequence[str]) -> str:
    near = suggest(name, known)
    return f".{near}" if near else ""
