"""How a draft is put to the person as a question, in their language. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from crm_mcp.safe_writes.changes import Change, holds_already, lost_texts
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.writing.narrowing import left_out

_Ask = Callable[[Sequence[Change], str, QuestionWords], str]
"""Makes the sentence about all changes of a kind, given their number with its noun."""

_ENGLISH = QuestionWords()
_MAX_NAMED = 10
"""Records that a question names."""
_MAX_FIELDS = 4
"""Fields that a question names."""


def build_question(draft: Draft, words: QuestionWords = _ENGLISH, *, undoes: str = "") -> str:
    """Return the question to the user: what happens to how many records, which ones, and their new values.

    Args:
        draft: What is to be written.
        words: The language of the question.
        undoes: The id of the write that is taken back, if one is.
    """
    asked = _ask_all(draft, words)
    if undoes:
        asked = words.texts.text("Undo of {write_id}: {question}", write_id=undoes, question=asked)
    return words.in_account(asked)


def _ask_all(draft: Draft, words: QuestionWords) -> str:
    """Ask about all changes: a sentence for each kind of change. Some targets have words of their own."""
    if own := draft.target.question(draft.written_changes, words):
        return own
    asked: dict[_Ask, list[Change]] = {}
    for change in draft.written_changes:
        asked.setdefault(_ask_about(change), []).append(change)
    asks = [ask(changes, draft.target.counted(len(changes), words), words) for ask, changes in asked.items()]
    return " ".join([*asks, *_tell_left_out(draft, words)])


def _tell_left_out(draft: Draft, words: QuestionWords) -> list[str]:
    """Say how many records of a plan were left out in its table, if any were."""
    count = len(left_out(draft))
    if not count:
        return []
    return [
        words.texts.ntext(
            "{count} of the {all} shown is left out.",
            "{count} of the {all} shown are left out.",
            count,
            all=len(draft.changes),
        )
    ]


def _ask_about(change: Change) -> _Ask:
    """Return how the user is asked about a change, by what becomes of its record."""
    if not change.record_id:
        return _ask_to_create
    if lost_texts(change):
        return _ask_to_empty
    return _ask_to_trash if change.trashes else _ask_to_change


def _ask_to_create(changes: Sequence[Change], records: str, words: QuestionWords) -> str:
    texts, names = words.texts, _list_names(changes, words)
    if len(changes) > 1:
        return texts.text("Create {records}? They are {names}.", records=records, names=names)
    return texts.text("Create {records}, {names}?", records=records, names=names)


def _ask_to_empty(changes: Sequence[Change], records: str, words: QuestionWords) -> str:
    lost = {name for change in changes for name in lost_texts(change)}
    said: dict[str, object] = {
        "fields": ", ".join(words.name(name) for name in sorted(lost)),
        "size": words.number(sum(sum(lost_texts(change).values()) for change in changes)),
        "until": words.until,
        "records": records,
        "names": _list_names(changes, words),
    }
    texts = words.texts
    if values := _list_values(changes, words, without=lost):
        return texts.text(
            "Empty {fields} ({size} characters, which can be brought back {until}) and set {values} in {records}: "
            "{names}?",
            values=values,
            **said,
        )
    return texts.text(
        "Empty {fields} ({size} characters, which can be brought back {until}) in {records}: {names}?", **said
    )


def _ask_to_trash(changes: Sequence[Change], records: str, words: QuestionWords) -> str:
    texts, names = words.texts, _list_names(changes, words)
    if values := _list_values(changes, words, without={"Deleted"}):
        return texts.text(
            "Move {records} to the trash and set {values}: {names}?", records=records, values=values, names=names
        )
    return texts.text("Move {records} to the trash: {names}?", records=records, names=names)


def _ask_to_change(changes: Sequence[Change], records: str, words: QuestionWords) -> str:
    texts, names, values = words.texts, _list_names(changes, words), _list_values(changes, words)
    if len(changes) > 1:
        return texts.text(
            "Change {records}, setting {values}? They are {names}.", records=records, values=values, names=names
        )
    return texts.text("Change {records}, setting {values}? It is {names}.", records=records, values=values, names=names)


def _list_names(changes: Sequence[Change], words: QuestionWords) -> str:
    return words.listing([name_of(change, words) for change in changes], _MAX_NAMED)


def name_of(change: Change, words: QuestionWords = _ENGLISH) -> str:
    """Return what a record is called: its name and id, or the first texts of a new one."""
    if change.record_id:
        return f"{words.quoted(change.name)} ({change.record_id})" if change.name else change.record_id
    shown = change.shown.items()
    texts = [words.quoted(value, name) for name, value in shown if isinstance(value, str) and value.strip()]
    name = change.name and words.quoted(change.name)
    return name or " ".join(texts[:2]) or words.texts.text("one without text")


def _changes(change: Change, name: str) -> bool:
    return name in change.shown and not (change.before is not None and holds_already(change, name))


def _list_values(changes: Sequence[Change], words: QuestionWords, without: Collection[str] = ()) -> str:
    """List the fields that change with their new values; of those whose values differ by record, the names alone."""
    known = dict.fromkeys(name for change in changes for name in change.shown)
    changed = [name for name in known if any(_changes(change, name) for change in changes)]
    names = [name for name in changed or known if name not in without]
    parts: list[str] = []
    for name in names:
        values = {str(change.shown[name]): change.shown[name] for change in changes if name in change.shown}
        parts.append(_new_value(words.name(name), values, name, words))
    return words.listing(parts, _MAX_FIELDS)


def _new_value(field: str, values: Mapping[str, object], name: str, words: QuestionWords) -> str:
    if len(values) > 1:
        return words.texts.text("{field} to a value each", field=field)
    (value,) = values.values()
    return words.texts.text("{field} to {value}", field=field, value=words.quoted(value, name))
