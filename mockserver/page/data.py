"""The page `data`: loading seeds, reset, and the clock."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.crm.api import ApiResponse, SeedError
from mockserver.crm.clock import parse_account_time
from mockserver.page.curl import build_control_curl
from mockserver.page.page_request import FormError, PageRequest, in_english
from mockserver.seeds.load import SEED_NAMES, load_seed, looks_like_yaml, read_seed
from mockserver.texts import mark

_SEED_TEXTS = {
    "demo": mark("A small company, with names that are hard on programs."),
    "documented": mark("What the API documents' own examples speak of."),
    "empty": mark("Accounts that hold nothing."),
}


def handle_data(request: PageRequest) -> ApiResponse:
    """Show `data`, or carry out `data/reset`, `data/seed`, `data/document` or `data/clock`."""
    if request.http.method != "POST":
        return _render(request) if not request.action else request.redirect("data")
    action, form = request.action, request.read_form()
    try:
        if action == "reset":
            request.workspace.reset()
        elif action == "seed":
            _load_built_in(request, form.get("name", ""))
        elif action == "document":
            document = form.get("document", "").encode(errors="replace")
            load_seed(document, "the document", request.workspace.load, is_yaml=looks_like_yaml(document))
        elif action == "clock":
            _set_clock(request, form.get("how", ""), form.get("now", ""))
        else:
            return request.refuse_action()
    except FormError as error:
        return _render(request, status=422, failed=action, error=str(error), form=form)
    except SeedError as error:
        return _render(request, status=422, failed=action, error=in_english(error), form=form)
    return request.redirect("data", done=action)


def _render(
    request: PageRequest, *, status: int = 200, failed: str = "", error: str = "", form: Mapping[str, str] | None = None
) -> ApiResponse:
    clock = request.workspace.clock
    return request.render(
        "data.html",
        status=status,
        seeds=[(name, _SEED_TEXTS.get(name, "")) for name in SEED_NAMES],
        now=clock.now().isoformat(" "),
        is_frozen=clock.is_frozen,
        counts=request.workspace.count_rows(),
        control_commands=[
            (mark("Reset"), build_control_curl(request, "POST", "reset")),
            (mark("Load a seed document"), build_control_curl(request, "PUT", "seed", "--data-binary", "@seed.json")),
            (
                mark("Keep the whole state in a file"),
                build_control_curl(request, "GET", "snapshot", "--output", "state.snapshot"),
            ),
            (mark("Go back to it"), build_control_curl(request, "PUT", "snapshot", "--data-binary", "@state.snapshot")),
        ],
        failed=failed,
        error=error,
        form=form or {},
        done=request.query.get("done", ""),
    )


def _load_built_in(request: PageRequest, name: str) -> None:
    if name not in SEED_NAMES:
        raise FormError(request.texts.text("Choose one of {names}.", names=", ".join(SEED_NAMES)))
    request.workspace.load(read_seed(name))


def _set_clock(request: PageRequest, how: str, text: str) -> None:
    clock = request.workspace.clock
    if how == "free":
        clock.free()
        return
    try:
        moment = parse_account_time(text.strip()) if text.strip() else clock.now()
    except ValueError:
        message = mark("Write a date and time such as 2026-01-02 03:04:05, not {text}.")
        raise FormError(request.texts.text(message, text=repr(text))) from None
    if how == "freeze":
        clock.freeze(moment)
    else:
        clock.run_from(moment)
