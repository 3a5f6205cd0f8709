"""Wrong fakes of MiniCRM: what becomes of a value that is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import call as call_module
from mockserver.minicrm import rules
from mockserver.minicrm.rules import Refusal
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


@wrong_fake("minicrm.wrong-types-taken", "minicrm.task-update.refused-changes-nothing")
def take_any_type(patch: pytest.MonkeyPatch) -> None:
    """A value that does not fit its field is stored as nothing rather than refused."""

    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        try:
            return original(each, value, *rest)
        except Refusal:
            return None


@wrong_fake("minicrm.enum-not-set-by-text", "minicrm.field-types.enum")
def refuse_labels(patch: pytest.MonkeyPatch) -> None:
    """An enum cannot be set by its text."""
    _refuse_texts(patch, "Enum")


@wrong_fake("minicrm.set-not-set-by-text", "minicrm.field-types.set")
def refuse_set_labels(patch: pytest.MonkeyPatch) -> None:
    """A set cannot be set by its texts."""
    _refuse_texts(patch, "Set")


def _refuse_texts(patch: pytest.MonkeyPatch, kind: str) -> None:
    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        if each.kind == kind and isinstance(value, str) and value and not value.isdigit():
            raise Refusal(rules.ILLEGAL_VALUE, each.name)
        return original(each, value, *rest)


@wrong_fake("minicrm.set-keeps-its-first-value", "minicrm.field-types.set")
def keep_first_of_set(patch: pytest.MonkeyPatch) -> None:
    """Of several values of a set only the first is stored."""

    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        found = original(each, value, *rest)
        return found & -found if each.kind == "Set" and isinstance(found, int) else found


@wrong_fake("minicrm.date-times-lose-their-time", "minicrm.field-types.date-time")
def lose_time(patch: pytest.MonkeyPatch) -> None:
    """A date and time is stored as its date."""

    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        found = original(each, value, *rest)
        return f"{found[:10]} 23:59:59" if each.kind == "DateTime" and isinstance(found, str) else found


@wrong_fake("minicrm.large-numbers-rounded", "minicrm.field-types.int")
def round_numbers(patch: pytest.MonkeyPatch) -> None:
    """Whole numbers lose what a float cannot hold."""

    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        found = original(each, value, *rest)
        return int(float(found)) if each.kind == "Int" and isinstance(found, int) else found


@wrong_fake("minicrm.long-text-cut-on-writing", "minicrm.field-types.text")
def cut_texts(patch: pytest.MonkeyPatch) -> None:
    """Texts are stored cut at 255 characters."""
    _change_texts(patch, lambda text: text[:255])


@wrong_fake("minicrm.too-long-text-cut", "minicrm.field-types.text-too-long")
def cut_too_long(patch: pytest.MonkeyPatch) -> None:
    """A text that is too long for its field is cut rather than refused."""

    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        is_long = each.kind == "Text" and isinstance(value, str) and each.length is not None
        return original(each, value[: each.length] if is_long and isinstance(value, str) else value, *rest)


@wrong_fake("minicrm.written-non-ascii-lost", "minicrm.contact-create.person")
def lose_accents(patch: pytest.MonkeyPatch) -> None:
    """What is not ASCII is stored as a question mark."""
    _change_texts(patch, lambda text: text.encode("ascii", "replace").decode())


@wrong_fake("minicrm.written-plus-is-a-space", "minicrm.contact-create.person")
def decode_written(patch: pytest.MonkeyPatch) -> None:
    """A plus in a body is stored as a space, as though the body were a form."""
    _change_texts(patch, lambda text: text.replace("+", " "))


@wrong_fake("minicrm.written-html-stripped", "minicrm.project-update.texts")
def strip_html(patch: pytest.MonkeyPatch) -> None:
    """What stands between angle brackets is not stored."""
    _change_texts(patch, lambda text: re.sub(r"<[^>]*>", "", text))


def _change_texts(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    @replaces(patch, call_module, "parse_value")
    def parse_value(original: Callable[..., object], each: Any, value: object, *rest: Any) -> object:
        found = original(each, value, *rest)
        return change(found) if each.kind == "Text" and isinstance(found, str) else found
