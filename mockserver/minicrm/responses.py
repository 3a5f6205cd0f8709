"""How results and refusals are printed: JSON as PHP prints it, `{"Count", "Results"}`, and plain text for a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mockserver.crm.api import HTML_TYPE, JSON_TYPE, TEXT_TYPE, ApiResponse
from mockserver.crm.profiles import Profile
from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    BAD_LOGIN_IS_404,
    COUNT_IS_TEXT,
    EMPTY_RESULTS_ARE_A_LIST,
    KEYS_ARE_NOT_IDS,
    REFUSALS_ARE_HTML,
    REFUSALS_NAME_LABELS,
    SLASHES_ARE_ESCAPED,
    UNKNOWN_CHOICE_ID_FAILS,
)
from mockserver.minicrm.rules import RefusalError


def render_list(profile: Profile, count: int, rows: object) -> dict[str, object]:
    """Return `{"Count": 1, "Results": rows}`."""
    return {"Count": str(count) if profile.observes(COUNT_IS_TEXT) else count, "Results": rows}


def render_rows(profile: Profile, count: int, rows: Mapping[str, object]) -> dict[str, object]:
    """Return a page of rows by their ids: `{"Count": 1, "Results": {"1234": {...}}}`.

    The key of a row that is a text, as of an address, is its id in any case: nothing else tells it.
    """
    return render_list(profile, count, render_keyed(profile, rows))


def render_keyed(profile: Profile, rows: Mapping[str, object]) -> object:
    """Return rows by their ids, or how PHP prints them where the account counts keys or has none."""
    if profile.observes(KEYS_ARE_NOT_IDS) and any(isinstance(row, Mapping) for row in rows.values()):
        return {str(place): row for place, row in enumerate(rows.values())}
    if not rows and profile.observes(EMPTY_RESULTS_ARE_A_LIST):
        return []  # as PHP prints an empty array
    return rows


def render_success(profile: Profile, value: object, hints: list[str]) -> ApiResponse:
    """Return a value as compact JSON in ASCII, as PHP's `json_encode` prints it."""
    text = json.dumps(value, separators=(",", ":"))
    if profile.observes(SLASHES_ARE_ESCAPED):
        text = text.replace("/", "\\/")  # outside of texts JSON has no slash
    return ApiResponse(200, text.encode(), JSON_TYPE, hints=tuple(hints))


def render_refusal(profile: Profile, refusal: RefusalError, request: str, hints: list[str]) -> ApiResponse:
    """Return a refusal as plain text: `Project (PUT): Bad parameter: Name`, of which `request` is `Project (PUT)`."""
    rule, names = refusal.rule, refusal.names
    if rule is rules.UNKNOWN_CHOICE_ID and profile.observes(UNKNOWN_CHOICE_ID_FAILS):
        rule = rules.UNKNOWN_CHOICE_ID_FAILS
    if refusal.api_name and not profile.observes(REFUSALS_NAME_LABELS):
        names = refusal.api_name
    return ApiResponse(
        rule.status,
        f"{request}: {rule.print_text(profile.language, names)}".encode(errors="replace"),
        _text_type(profile),
        f"{rule.reason}: {names}" if names else rule.reason,
        (*hints, *(refusal.hints or ([rule.advice] if rule.advice else []))),
        {"Allow": refusal.allow} if refusal.allow else {},
    )


def render_bad_login(profile: Profile) -> ApiResponse:
    """Return the refusal of a login that is missing or wrong: plain text, and 401 (assumed) or 404 (observed)."""
    rule = rules.BAD_LOGIN_NOT_FOUND if profile.observes(BAD_LOGIN_IS_404) else rules.BAD_LOGIN
    headers = {"WWW-Authenticate": 'Basic realm="MiniCRM"'} if rule.status == 401 else {}
    text = rule.print_text(profile.language)
    return ApiResponse(rule.status, text.encode(), _text_type(profile), rule.reason, headers=headers)


def _text_type(profile: Profile) -> str:
    return HTML_TYPE if profile.observes(REFUSALS_ARE_HTML) else TEXT_TYPE
