"""What a CRM's refusals mean, and how a response's JSON is read without trusting it. Pure.

An HTTP status is understood the same way for every CRM; what a CRM calls itself and its settings is its `Account`.
A body that came with a refusal is never parsed: it is passed on as the CRM's words, shortened. Whether it is a page of
HTML shows in how it begins; the media type does not tell, since PHP calls every text `text/html` unless told otherwise.
"""

from __future__ import annotations

import codecs
import html
import json
import math
import re
from dataclasses import dataclass
from typing import NoReturn, cast

from crm_mcp.crm.messages import Response
from crm_mcp.crm.wording import clip_text, quote_text
from crm_mcp.errors import (
    AuthenticationError,
    BadRequestError,
    MethodNotAllowedError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    UnexpectedAnswerError,
)
from crm_mcp.languages import Later, Texts, all_of, mark

_texts = Texts(__file__)
MAX_DEPTH = 40
"""How deep a response may be nested."""
_TO_CHECK: tuple[type, ...] = (dict, list, float)
MAX_OBJECTS = 50_000
MAX_TEXTS = 250_000
MAX_VALUES = 1_000_000
"""How much a response may hold: pages have at most a hundred rows, and a parsed row takes ten times its bytes."""
MAX_MEMBERS = 10_000
"""How many fields one object may have, and values one list of no objects: a result shows each of them."""
MAX_WIDE_BYTES = 8 * 1024 * 1024
"""How long a response may be that holds a character such as an emoji: each of a text's takes four bytes then."""
_LEADS_OF_WIDE = tuple(bytes([lead]) for lead in range(0xF0, 0xF5))
_HALF_OF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_MAX_OF_PAGE = 120
"""Characters of a page's title or words that are passed on."""
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_PAGE_BEGINNING = re.compile(
    r"(?:\s|\ufeff|<\?xml[^>]*\?>|<!--.*?-->)*"
    r"<(?:!doctype\s+html|/?(?:html|head|body|title|meta|link|style|script|base|div|span|p|br|hr|h[1-6]|b|i|strong|em|font"
    r"|center|table|ul|ol|li|pre|form|a|img|section|main|header|article)\b)[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_PAGE_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_PAGE_TAG = re.compile(r"</?[a-z!?][^>]*(?:>|\Z)", re.IGNORECASE)
_MOST_READ = 8_000
"""Bytes of a refusal, and characters of a page, that are looked at."""
_PAGE = "(a page of HTML)"
_WORD = re.compile(r"[^\W\d_]+")
_WORDS_ROUND_A_MESSAGE = frozenset(
    ("http", "status", "code", "title", "message", "error", "errors", "success", "false")
)
_NO_WORDS = (set[str](), {"server"}, {"internal", "server"})
_SAYS_UNAUTHORIZED = re.compile(r"unauthori[sz]ed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Account:
    """How errors name a CRM and the settings that lead to it."""

    crm: str
    login_variables: str
    url_variable: str
    not_found_hint: str = "Check the id, or find the right one by searching."
    bad_request_hints: tuple[tuple[str, str], ...] = ()
    """What to look at after a 400, by how the request's path begins; describe_module for any other."""


def raise_for_refusal(response: Response, account: Account) -> None:
    """Return quietly for a 2xx; raise what any other status means.

    Raises:
        AuthenticationError: 401, 403, or a 404 whose text says so (one manual of MiniCRM prints that).
        NotFoundError, BadRequestError, MethodNotAllowedError, RateLimitedError, ServerFaultError: As named.
        UnexpectedAnswerError: A redirect, or a status that no CRM has a use for.
    """
    if not response.is_refusal:
        return
    said = quote(response)
    words = _texts.later(' It said: "{said}".', said=said) if said else ""
    if response.status in (401, 403) or (response.status == 404 and _SAYS_UNAUTHORIZED.search(said)):
        refused = mark("{crm} refused the login ({status}).{words}")
        if response.status == 403:
            refused = mark("{crm} refused the login or forbids this to it ({status}).{words}")
        check = _texts.later(
            "Whoever runs this server must check {variables}; repeating will not help.",
            variables=response.login_place or _named(account.login_variables),
        )
        raise AuthenticationError(
            _texts.later(refused, crm=account.crm, status=response.status, words=words),
            status=response.status,
            hint=Later.joined([check, response.login_note]) if response.login_note else check,
        )
    if 300 <= response.status < 400 or response.status < 200:
        what = (
            "a redirect, which is not followed with a login"
            if response.status >= 300
            else "which is not a final response"
        )
        raise UnexpectedAnswerError(
            f"{account.crm} answered {response.status}, {what}.",
            hint=f"{response.request.unknown_outcome} Check {account.url_variable}.".strip(),
        )
    asked = f"{response.request.method} {response.request.path}"
    waited = f", and still does after {response.waited_s:.0f} s of waiting" if response.waited_s else ""
    raise _error_class(response.status)(
        f"{account.crm} answered {response.status} to {asked}{waited}.{words}",
        status=response.status,
        hint=_next_step(response, account),
        is_transient=_is_transient(response, said),
        retry_after_s=response.retry_after_s,
    )


def _is_transient(response: Response, said: str) -> bool:
    """Tell whether a refusal may be over in a moment; `said` is what the CRM said.

    A 500 is not, once it has words of its own: then the CRM means this request.
    """
    if response.status == 500:
        words = set(_WORD.findall(said.casefold())) - _WORDS_ROUND_A_MESSAGE
        return said.startswith(_PAGE) or words in _NO_WORDS
    return response.status == 408 or (response.status > 500 and response.status not in (501, 505))


def _error_class(status: int) -> type[RefusedError]:
    if status >= 500:
        return ServerFaultError
    meaning = {404: NotFoundError, 405: MethodNotAllowedError, 429: RateLimitedError}
    return meaning.get(status, BadRequestError)


def _next_step(response: Response, account: Account) -> str:
    if response.status >= 500 or response.status == 408:
        return response.request.unknown_outcome or _step_after_failed_read(response)
    not_made = "" if response.request.is_read else "; the change was not made"  # a read may be part of a call that did
    steps = {
        404: account.not_found_hint,
        405: f"This account's API does not offer this{not_made}.",
        429: f"Wait {_wait(response)}, then repeat{not_made}.",
    }
    by_path = (hint for start, hint in account.bad_request_hints if response.request.path.startswith(start))
    return steps.get(response.status) or next(by_path, "Check the arguments against describe_module.")


def _step_after_failed_read(response: Response) -> str:
    if response.status == 500:  # MiniCRM's way to refuse a value that does not exist, too
        return "Either the CRM failed, or a value does not exist there: check the values, or try again later."
    if response.status == 408:
        return "It took too long: ask for less at a time, or try again later."
    when = f"in {_wait(response)}" if response.retry_after_s else "later"
    return f"It is busy or down for the moment; try again {when}."


def _wait(response: Response) -> str:
    asked_s = response.retry_after_s
    return f"{math.ceil(asked_s)} seconds" if asked_s and asked_s != 60 else "a minute"


def quote(response: Response) -> str:
    """Return what the CRM said in a refusal: one short line of its words, or the title or first words of its page."""
    text = _text_of(response)
    if not _is_page(text):
        return quote_text(text)
    return f"{_PAGE} {clip_text(quote_text(_first_words(text)), _MAX_OF_PAGE)}".strip()


def _text_of(response: Response) -> str:
    """Return the beginning of a body as text, by the charset that its media type names."""
    named = _CHARSET.search(response.content_type)
    try:
        text = response.body[:_MOST_READ].decode(named[1] if named else "utf-8", errors="replace")
    except LookupError:
        text = response.body[:_MOST_READ].decode("utf-8", errors="replace")
    return text.lstrip("\ufeff").strip()


def _is_page(text: str) -> bool:
    """Tell whether a text is HTML, by how it begins: `<Name> is missing` is not."""
    return _PAGE_BEGINNING.match(text[:_MOST_READ]) is not None


def _first_words(page: str) -> str:
    """Return the title of a page, or where it has none its visible text, as words from a stranger."""
    page = page[:_MOST_READ]
    title = _PAGE_TITLE.search(page)
    shown = title[1] if title and title[1].strip() else _PAGE_UNSEEN.sub(" ", page)
    return " ".join(html.unescape(_PAGE_TAG.sub(" ", shown)).split())


def json_of(response: Response, account: Account) -> object:
    """Return the JSON value of a successful response, fit to be written as UTF-8 JSON again.

    Raises:
        UnexpectedAnswerError: The body is not JSON in UTF-8, holds a number that JSON does not have, or is nested
            deeper than any response of a CRM. After a write, the hint says that it may have been done.
    """
    if too_much := _too_much(response.body):
        raise unexpected(response, account, f"sent more than {too_much}")
    try:
        value = _parsed(response.body)
        _check_readable(value)
    except _TooManyMembersError:
        raise unexpected(response, account, f"sent more than {MAX_MEMBERS:,} values in one place") from None
    except (ValueError, RecursionError):
        said = quote(response)
        kind = "HTML" if said.startswith(_PAGE) else "something that is not JSON"
        words = said.removeprefix(_PAGE).strip()
        what = f'sent {kind} ("{words}")' if words else f"sent {kind}"
        raise unexpected(response, account, what, is_transient=True) from None
    return value


class _TooManyMembersError(Exception):
    """An object or a list holds more than can be shown."""


def _too_much(body: bytes) -> str:
    """Return what would fill the memory, empty for none; commas and braces of texts count too, and are far below."""
    texts = (body.count(b'"') - body.count(b'\\"')) // 2
    if body.count(b"{") + body.count(b"[") > MAX_OBJECTS or texts > MAX_TEXTS or body.count(b",") > MAX_VALUES:
        return f"{MAX_OBJECTS:,} objects, {MAX_TEXTS:,} names and texts or {MAX_VALUES:,} values"
    if len(body) > MAX_WIDE_BYTES and (any(lead in body for lead in _LEADS_OF_WIDE) or _HALF_OF_A_PAIR.search(body)):
        return f"{MAX_WIDE_BYTES // 2**20} MB with wide characters"
    return ""


def _parsed(body: bytes) -> object:
    """Parse JSON; by a parser that copies no whole body, which also lets others have their turn much sooner."""
    from pydantic_core import from_json  # here, since only who calls a CRM needs it

    try:
        return from_json(body.removeprefix(codecs.BOM_UTF8), allow_inf_nan=False, cache_strings="keys")
    except ValueError:  # what only the standard library reads, or nothing does
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    if _HALF_OF_A_PAIR.search(body):  # an escaped half of a surrogate pair is legal JSON, but no text
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and infinities, which Python reads but JSON does not have."""
    raise ValueError(name)


def _check_readable(value: object, depth: int = 0) -> None:
    """Refuse what Python reads without complaint but nothing after it can take."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    if isinstance(value, dict | list):
        inside = cast("dict[str, object] | list[object]", value)
        if inside and depth >= MAX_DEPTH:
            raise ValueError
        items = inside.values() if isinstance(inside, dict) else inside
        if len(inside) > MAX_MEMBERS and not all(isinstance(item, dict) for item in items):
            raise _TooManyMembersError
        for item in items:
            if isinstance(item, _TO_CHECK):  # most are texts: a call for each takes longer than to parse them
                _check_readable(item, depth + 1)


def unexpected(response: Response, account: Account, what: str, *, is_transient: bool = False) -> UnexpectedAnswerError:
    """Return the error for a response of another shape: `what` follows the CRM's name, such as `sent no list`."""
    hint = f"Check that {account.url_variable} is the CRM's own address and that no login page stands before it."
    hint = f"{response.request.unknown_outcome} {hint}".strip()
    return UnexpectedAnswerError(
        f"{account.crm} {what} in response to {response.request.method} {response.request.path} ({response.status}).",
        hint=hint,
        is_transient=is_transient,
    )


def _named(variables: str) -> str:
    return all_of(variables.split(" and "))
