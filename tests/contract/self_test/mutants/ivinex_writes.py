"""Wrong fakes of Ivinex: creating and updating records."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.ivinex import write
from mockserver.ivinex.store import Store
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_json, alter_requests, gives_always, replaces

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.ivinex.schema import Module


Record = dict[str, object]
Write = Callable[[Record], object]


class _UndoneError(Exception):
    """Makes a transaction roll back."""


def _replaces_writing(patch: pytest.MonkeyPatch) -> Callable[[Callable[[Write, Record], object]], None]:
    """Put a function in the place of writing one record; it is given a function that writes one, and the record."""

    def install(broken: Callable[[Write, Record], object]) -> None:
        @replaces(patch, write, "_write_record")
        def write_record(original: Callable[..., object], store: Store, record: Record | None, *rest: Any) -> object:
            return broken(lambda changed: original(store, changed, *rest), record or {})

    return install


def _alter_records(patch: pytest.MonkeyPatch, change: Callable[[list[Any]], list[Any]]) -> None:
    """Have a write see other records than were sent, where the body can be read."""

    def alter(request: ApiRequest) -> ApiRequest:
        with suppress(ValueError, TypeError, KeyError):
            document = json.loads(request.body)
            document["Records"] = change(document["Records"])
            return replace(request, body=json.dumps(document).encode())
        return request

    alter_requests(patch, "ivinex", alter)


@wrong_fake("ivinex.refused-batch-loses-the-good", "ivinex.create.failed-record-alone")
def lose_the_good(patch: pytest.MonkeyPatch) -> None:
    """One bad record undoes the good ones of its batch, which are answered with Success all the same."""

    @replaces(patch, write, "transaction")
    @contextmanager
    def undo_where_refused(original: Callable[..., Any], connection: Any) -> Generator[None]:
        refused.clear()
        with suppress(_UndoneError), original(connection):
            yield
            if refused:
                raise _UndoneError

    refused: list[object] = []

    @replaces(patch, write, "_write_record")
    def write_record(original: Callable[..., Any], *args: Any) -> Any:
        try:
            return original(*args)
        except Exception as error:
            refused.append(error)
            raise


@wrong_fake("ivinex.batch-stops-at-the-first-bad-record", "ivinex.create.failed-record-alone")
def stop_at_the_bad(patch: pytest.MonkeyPatch) -> None:
    """The records after a bad one are refused with it."""
    failed: list[object] = []

    @replaces(patch, write, "_read_records")
    def read_records(original: Callable[..., Any], *args: Any) -> Any:
        failed.clear()
        return original(*args)

    @replaces(patch, write, "_write_record")
    def write_record(original: Callable[..., Any], *args: Any) -> Any:
        try:
            return original(args[0], None if failed else args[1], *args[2:])
        except Exception as error:
            failed.append(error)
            raise


@wrong_fake("ivinex.only-the-first-of-a-batch", "ivinex.create.failed-record-alone")
def write_the_first(patch: pytest.MonkeyPatch) -> None:
    """Only the first record of a batch is written."""
    _alter_records(patch, lambda records: records[:1])


@wrong_fake("ivinex.batch-answered-in-reverse", "ivinex.create.failed-record-alone")
def answer_in_reverse(patch: pytest.MonkeyPatch) -> None:
    """The results of a batch come in the opposite order."""
    alter_json(patch, "ivinex", lambda request, answer: answer[::-1] if request.method == "POST" else answer)


@wrong_fake("ivinex.refused-update-changes-fields", "ivinex.update.refused-changes-nothing")
def commit_before_refusing(patch: pytest.MonkeyPatch) -> None:
    """A refused update has already changed the fields that are good."""

    @_replaces_writing(patch)
    def write(write: Write, record: Record) -> object:
        ids = {name: record[name] for name in record if name in {"CollectionTypeID", "CollectionID"}}
        for name in record if len(ids) == 2 else ():
            if name not in ids:
                with suppress(Exception):
                    write({**ids, name: record[name]})
        return write(record)


@wrong_fake("ivinex.refused-create-leaves-a-record", "ivinex.create.unknown-field")
def create_before_refusing(patch: pytest.MonkeyPatch) -> None:
    """A refused create leaves a record with the fields before the last one."""

    @_replaces_writing(patch)
    def write(write: Write, record: Record) -> object:
        try:
            return write(record)
        except Exception:
            if "CollectionID" not in record and len(record) > 1:
                with suppress(Exception):
                    write(dict(list(record.items())[:-1]))
            raise


@wrong_fake("ivinex.update-blanks-other-fields", "ivinex.update.only-what-is-sent")
def blank_others(patch: pytest.MonkeyPatch) -> None:
    """An update empties the fields that it does not name."""

    @replaces(patch, Store, "update_record")
    def update_record(
        original: Callable[..., None], store: Store, module: Module, record: Any, changes: Mapping[str, str | None]
    ) -> None:
        blank = {field.name: None for field in module.own_fields if not field.joins}
        original(store, module, record, {**blank, **changes})


@wrong_fake("ivinex.update-of-unknown-id-creates", "ivinex.update.unknown-id")
def create_unknown(patch: pytest.MonkeyPatch) -> None:
    """An update of a record that does not exist creates one."""

    @_replaces_writing(patch)
    def write(write: Write, record: Record) -> object:
        try:
            return write(record)
        except Exception:
            if "CollectionID" not in record:
                raise
            return write({name: record[name] for name in record if name != "CollectionID"})


@wrong_fake("ivinex.update-of-unknown-id-succeeds", "ivinex.update.unknown-id")
def succeed_on_unknown(patch: pytest.MonkeyPatch) -> None:
    """An update of a record that does not exist answers Success and changes nothing."""

    @replaces(patch, write, "_update_record")
    def update_record(original: Callable[..., int], *args: Any) -> int:
        try:
            return original(*args)
        except Exception:  # noqa: BLE001 - whatever it was refused for
            return int(args[2])


@wrong_fake("ivinex.update-creates-another", "ivinex.update.no-new-record")
def always_create(patch: pytest.MonkeyPatch) -> None:
    """CollectionID is ignored: every update creates a record."""
    _alter_records(patch, lambda records: [{k: r[k] for k in r if k != "CollectionID"} for r in records])


@wrong_fake("ivinex.update-changes-nothing", "ivinex.update.no-new-record")
def change_nothing(patch: pytest.MonkeyPatch) -> None:
    """An update answers Success and changes nothing."""
    gives_always(patch, Store, "update_record", None)


@wrong_fake("ivinex.update-hits-the-next-record", "ivinex.update.no-new-record")
def update_the_next(patch: pytest.MonkeyPatch) -> None:
    """An update changes the record after the named one as well, where there is one."""

    @replaces(patch, Store, "update_record")
    def update_record(original: Callable[..., None], store: Store, module: Module, record: Any, changes: Any) -> None:
        original(store, module, record, changes)
        following = store.get_record(module, int(record["collection_id"]) + 1)
        if following:
            original(store, module, following, changes)


@wrong_fake("ivinex.empty-text-ignored", "ivinex.update.clears")
def ignore_empty(patch: pytest.MonkeyPatch) -> None:
    """An update cannot empty a field: empty texts and nulls are left out."""
    _alter_records(patch, lambda records: [{k: v for k, v in r.items() if v not in ("", None)} for r in records])


@wrong_fake("ivinex.created-id-off-by-one", "ivinex.create.new-ids")
def tell_the_next_id(patch: pytest.MonkeyPatch) -> None:
    """A create answers the id after the one that it gave."""

    @replaces(patch, Store, "create_record")
    def create_record(original: Callable[..., int], *args: Any) -> int:
        return original(*args) + 1


@wrong_fake("ivinex.batch-shares-one-id", "ivinex.create.failed-record-alone")
def share_one_id(patch: pytest.MonkeyPatch) -> None:
    """Every result of a batch names the first one's id."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if request.method != "POST":
            return answer
        return [{**one, "CollectionID": answer[0]["CollectionID"]} for one in answer]

    alter_json(patch, "ivinex", change)


@wrong_fake("ivinex.create-stores-nothing", "ivinex.create.stored")
def store_nothing(patch: pytest.MonkeyPatch) -> None:
    """A create answers Success and stores nothing."""

    @replaces(patch, Store, "create_record")
    def create_record(_original: object, store: Any, module: Module, _values: object) -> int:
        return store._take_next_id(module)


@wrong_fake("ivinex.create-drops-links", "ivinex.create.note")
def drop_links(patch: pytest.MonkeyPatch) -> None:
    """A new record loses its links: the note of contact 8 is nobody's."""

    @replaces(patch, Store, "create_record")
    def create_record(original: Callable[..., int], store: Any, module: Module, values: Mapping[str, Any]) -> int:
        kept = {name: value for name, value in values.items() if not module.fields[name].module_id}
        return original(store, module, kept)


@wrong_fake("ivinex.create-in-the-first-module", "ivinex.create.unknown-module")
def create_in_first(patch: pytest.MonkeyPatch) -> None:
    """Whatever the module, a record is looked up in the first one."""

    @replaces(patch, write, "find_module")
    def find_module(_original: object, modules: Mapping[str, Module], _module_id: object) -> Module:
        return next(iter(modules.values()))


@wrong_fake("ivinex.written-text-cut-at-1024", "ivinex.create.long-text")
def cut_on_writing(patch: pytest.MonkeyPatch) -> None:
    """Texts are stored cut at 1024 characters."""
    _alter_texts_written(patch, lambda text: text[:1024])


@wrong_fake("ivinex.written-text-loses-non-ascii", "ivinex.create.texts")
def lose_accents_written(patch: pytest.MonkeyPatch) -> None:
    """What is not ASCII is stored as a question mark."""
    _alter_texts_written(patch, lambda text: text.encode("ascii", "replace").decode())


@wrong_fake("ivinex.written-line-breaks-lost", "ivinex.create.texts")
def lose_line_breaks(patch: pytest.MonkeyPatch) -> None:
    """Texts are stored without line breaks."""
    _alter_texts_written(patch, lambda text: " ".join(text.splitlines()))


@wrong_fake("ivinex.written-text-decoded", "ivinex.create.texts")
def decode_written(patch: pytest.MonkeyPatch) -> None:
    """A plus in a text is stored as a space, as though the body were a form."""
    _alter_texts_written(patch, lambda text: text.replace("+", " "))


def _alter_texts_written(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    @replaces(patch, write, "read_value")
    def read_value(original: Callable[..., str | None], field: Any, value: object) -> str | None:
        text = original(field, value)
        return text if text is None or field.kind not in {"text", "html"} else change(text)


@wrong_fake("ivinex.unknown-field-dropped-on-writing", "ivinex.create.unknown-field")
def drop_unknown_fields(patch: pytest.MonkeyPatch) -> None:
    """A field that does not exist is dropped and the rest written with Success."""

    @replaces(patch, write, "_read_values")
    def read_values(original: Callable[..., Any], module: Module, given: Mapping[str, object]) -> Any:
        return original(module, {name: value for name, value in given.items() if name in module.fields})


@wrong_fake("ivinex.modified-date-stands-still", "ivinex.update.modified-date")
def never_stamp(patch: pytest.MonkeyPatch) -> None:
    """An update leaves modified_date as it was."""

    @replaces(patch, Store, "update_record")
    def update_record(original: Callable[..., None], *args: Any) -> None:
        *rest, changes = args
        original(*rest, {name: value for name, value in changes.items() if name != "modified_date"})
