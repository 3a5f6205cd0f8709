"""The page `faults`: switches for the common ones, a form for any other rule, and the plan that both make."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mockserver.crm.api import ApiResponse
from mockserver.documents.strict_json import JsonError, parse_json
from mockserver.page.curl import build_control_curl
from mockserver.page.page_request import FormError, PageRequest, in_english
from mockserver.registry import CRMS
from mockserver.texts import Texts, mark
from mockserver.workspaces.fault_plan import KINDS, FaultPlanError, Plan, Rule, parse_plan, show_plan

METHODS = ("GET", "POST", "PUT")
_KIND_TEXTS = {
    "status": mark("answer with this status"),
    "latency": mark("answer late"),
    "reset": mark("reset the connection, do nothing"),
    "reset_after_commit": mark("do it, then reset the connection"),
    "truncate": mark("cut the answer in half"),
    "malformed": mark("answer JSON that ends too early"),
    "html": mark("answer an HTML error page"),
    "drip": mark("send the answer in small pieces"),
    "same_page": mark("give the first page for ever"),
    "wrong_count": mark("tell a wrong count"),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault that one button switches on for every request of the workspace."""

    name: str
    title: str
    text: str
    fault: Mapping[str, object]

    def make_rule(self) -> Rule:
        """Return the rule that stands for the switch in a plan."""
        return _read_rule({"fault": self.fault})


SWITCHES = (
    Switch(
        "busy",
        mark("Too many requests"),
        mark("429 with Retry-After: 2"),
        {"kind": "status", "status": 429, "headers": {"Retry-After": "2"}},
    ),
    Switch(
        "busy-untold",
        mark("Too many requests, no word when to come back"),
        mark("429 without Retry-After"),
        {"kind": "status", "status": 429},
    ),
    Switch("down", mark("Out of order"), mark("503, nothing is carried out"), {"kind": "status", "status": 503}),
    Switch(
        "slow", mark("Slow"), mark("Answers take 1 to 3 seconds"), {"kind": "latency", "delay_s": {"min": 1, "max": 3}}
    ),
    Switch("reset", mark("Connection reset"), mark("Nothing is carried out, no answer comes"), {"kind": "reset"}),
    Switch(
        "lost",
        mark("Answer lost"),
        mark("It is carried out, then the connection is reset"),
        {"kind": "reset_after_commit"},
    ),
    Switch("cut", mark("Answer cut off"), mark("Half of the body, then the connection ends"), {"kind": "truncate"}),
    Switch("broken", mark("Broken JSON"), mark("200 with JSON that ends too early"), {"kind": "malformed"}),
    Switch("html", mark("HTML in place of JSON"), mark("A proxy's error page, 502"), {"kind": "html"}),
    Switch(
        "drip", mark("Drip"), mark("The answer comes in small pieces over 5 seconds"), {"kind": "drip", "delay_s": 5}
    ),
    Switch(
        "page",
        mark("The same page for ever"),
        mark("Whichever page is asked for, the first one comes"),
        {"kind": "same_page"},
    ),
    Switch("count", mark("Wrong count"), mark("The count is one hundred too high"), {"kind": "wrong_count"}),
)


def handle_faults(request: PageRequest) -> ApiResponse:
    """Show `faults`, or carry out `faults/switch`, `faults/add`, `faults/remove` or `faults/clear`."""
    if request.http.method != "POST":
        return _render(request) if not request.action else request.redirect("faults")
    action = request.action
    form = {name: value.strip() for name, value in request.read_form().items()}
    plan = request.workspace.faults.plan
    try:
        rules = _change_rules(action, plan.rules, form, request.texts)
    except FormError as error:
        return _render(request, status=422, error=str(error), form=form)
    except (FaultPlanError, JsonError) as error:
        return _render(request, status=422, error=in_english(str(error).removeprefix("rules[0].")), form=form)
    if rules is None:
        return request.refuse_action()
    request.workspace.faults.follow(replace(plan, rules=tuple(rules)))
    return request.redirect("faults", done=action, name=form.get("name", ""))


def _change_rules(action: str, rules: Sequence[Rule], form: Mapping[str, str], texts: Texts) -> Sequence[Rule] | None:
    if action == "clear":
        return ()
    if action == "add":
        return [*rules, _read_form_rule(form, texts)]
    if action == "remove":
        unwanted = parse_plan(parse_json(form.get("plan", "").encode(errors="replace"))).rules
        return [rule for rule in rules if rule not in unwanted]
    if action == "switch":
        switch = next((each for each in SWITCHES if each.name == form.get("name")), None)
        if switch is None:
            raise FormError(texts.text("There is no such switch."))
        rule = switch.make_rule()
        others = [each for each in rules if each != rule]
        # The first rule that matches applies, so the switch pressed last comes first.
        return [rule, *others] if form.get("on") == "1" else others
    return None


def _render(
    request: PageRequest, *, status: int = 200, error: str = "", form: Mapping[str, str] | None = None
) -> ApiResponse:
    plan = request.workspace.faults.plan
    shown = show_plan(plan)
    done = request.query.get("done", "")
    switches = [(switch, switch.make_rule() in plan.rules) for switch in SWITCHES]
    pressed = next((pair for pair in switches if pair[0].name == request.query.get("name", "")), None)
    return request.render(
        "faults.html",
        status=status,
        switches=switches,
        rules=[(describe_rule(rule, request.texts), json.dumps(show_plan(Plan(rules=(rule,))))) for rule in plan.rules],
        curl=build_control_curl(
            request, "PUT", "faults", "--data-raw", shlex.quote(json.dumps(shown, ensure_ascii=False))
        ),
        kinds=[(kind, _KIND_TEXTS[kind]) for kind in KINDS],
        methods=METHODS,
        roots=[(entry.title, place) for entry in CRMS for place in entry.list_places("/*")],
        error=error,
        form=form or {},
        done=done,
        pressed=pressed,
    )


def describe_rule(rule: Rule, texts: Texts) -> str:
    """Return a rule as a sentence."""
    match, fault = rule.match, rule.fault
    what = texts.text(_KIND_TEXTS[fault.kind])
    if fault.status is not None:
        what += f" ({fault.status})"
    if fault.delay_s is not None:
        what += f", {_describe_delay(*fault.delay_s, texts)}"
    request, address = match.method or texts.text("any request"), match.path or texts.text("any address")
    where = texts.text("{request} to {address}: {fault}", request=request, address=address, fault=what)
    return ", ".join([where[:1].upper() + where[1:], *_describe_when(rule, texts)])


def _describe_delay(shortest: float, longest: float, texts: Texts) -> str:
    if shortest == longest:
        return texts.text("{seconds} s", seconds=texts.write_decimal(shortest))
    return texts.text(
        "{shortest} to {longest} s", shortest=texts.write_decimal(shortest), longest=texts.write_decimal(longest)
    )


def _describe_when(rule: Rule, texts: Texts) -> Iterator[str]:
    if rule.match.workspace:
        yield texts.text("workspace: {name}", name=rule.match.workspace)
    if rule.match.nth:
        yield texts.text("only request {number}", number=rule.match.nth)
    if rule.probability < 1:
        yield texts.text("{percent} of them", percent=f"{rule.probability:.0%}")
    if rule.times:
        yield texts.ntext("at most {count} time", "at most {count} times", rule.times)


def _read_rule(document: object) -> Rule:
    return parse_plan({"rules": [document]}).rules[0]


def _read_form_rule(form: Mapping[str, str], texts: Texts) -> Rule:
    fault: dict[str, object] = {"kind": form.get("kind", "")}
    if form.get("status"):
        fault["status"] = _read_whole(form["status"], texts.text("Status"), texts)
    if form.get("delay_s"):
        fault["delay_s"] = _read_number(form["delay_s"], texts.text("Delay"), texts)
    rule: dict[str, object] = {"fault": fault}
    match: dict[str, object] = {name: form[name] for name in ("method", "path") if form.get(name)}
    if form.get("nth"):
        match["nth"] = _read_whole(form["nth"], texts.text("Only request number"), texts)
    if match:
        rule["match"] = match
    if form.get("times"):
        rule["times"] = _read_whole(form["times"], texts.text("At most so often"), texts)
    if form.get("probability"):
        percent = _read_number(form["probability"], texts.text("In percent of cases"), texts)
        rule["probability"] = percent / 100
    return _read_rule(rule)


def _read_whole(text: str, label: str, texts: Texts) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FormError(texts.text("{label}: write a whole number, not {text}.", label=label, text=repr(text)))
    return int(text)


def _read_number(text: str, label: str, texts: Texts) -> float:
    try:
        return float(text)
    except ValueError:
        message = mark("{label}: write a number, not {text}.")
        raise FormError(texts.text(message, label=label, text=repr(text))) from None
