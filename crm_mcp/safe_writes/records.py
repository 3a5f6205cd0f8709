"""The argument `records` of a writing tool: a list of the tool's own arguments, for several records in one call.

The tool's function is called once for each, and the drafts become one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from crm_mcp.errors import CrmError, InputError, NotFoundError
from crm_mcp.mcp.calls.coercion import coerce, parse_json_text
from crm_mcp.mcp.calls.shapes import Shape
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.record_rows import read_row

RECORDS = "records"
SCHEMA: Mapping[str, object] = {
    "type": "array",
    "items": {"type": "object"},
    "description": "several at once: a list of this tool's own arguments",
}
SHARED = ("allow_duplicate", "on_existing")
"""Arguments of a tool that may stand beside `records`; they hold for each record that does not say else."""

_OF_THE_CALL = ("dry_run", "plan_id", "idempotency_key")
"""Arguments of the call as a whole: in one record they would be lost on the others, which would be written."""

_LIST = Shape("list")

Json = dict[str, Any]


def read_records(value: object) -> list[object]:
    """Return the records that were given, none where the argument is absent: one alone is a list of one.

    Raises:
        InputError: It is no list, or a record holds an argument of the whole call.
    """
    records = coerce(_LIST, value)
    if records is None or records == "":
        return []
    if not isinstance(records, list):
        raise InputError(
            "records must be a list with the arguments of each record.", hint='Such as [{"project_id": "1", ...}].'
        )
    return [_without_arguments_of_the_call(parse_json_text(one)) for one in cast("list[object]", records)]


def _without_arguments_of_the_call(record: object) -> object:
    if not isinstance(record, dict):
        return record
    own = cast("Json", record)
    if misplaced := [name for name in _OF_THE_CALL if own.get(name)]:
        raise InputError(
            f"{' and '.join(misplaced)} cannot stand in a record. Nothing was written.",
            hint="Give it once, beside records: it holds for all of them.",
        )
    return {name: value for name, value in own.items() if name not in _OF_THE_CALL}


@dataclass(frozen=True)
class RecordsReader:
    """Makes one draft of the records of a call.

    Attributes:
        tool: The tool's name.
        shape: The shape of its arguments.
        is_creating: Whether the tool creates.
        read: Validates the arguments of one record; raises an `InputError` that says what is wrong.
        build_draft: The tool's function.
    """

    tool: str
    shape: Shape
    is_creating: bool
    read: Callable[[Json], Json]
    build_draft: Callable[..., Awaitable[Draft]]

    @property
    def names(self) -> Sequence[str]:
        """The arguments of the tool."""
        return list(self.shape.keys or {})

    def check_shared(self, beside: Json) -> Json:
        """Return the arguments that stand beside `records`, and hold for each that does not say else.

        Raises:
            InputError: One belongs into each record.
        """
        own = [name for name in beside if name not in SHARED]
        if own:
            allowed = ", ".join(["dry_run", "plan_id", *(name for name in self.names if name in SHARED)])
            raise InputError(
                f"{', '.join(own)} cannot stand beside records.",
                hint=f"Put it into each record. Only {allowed} can stand beside records.",
            )
        return beside

    async def draft(self, records: Sequence[object], shared: Json) -> Draft:
        """Return the draft of all records; what is wrong with one is a problem of its own.

        Raises:
            CrmError: The CRM could not be asked.
        """
        return merge_drafts([await self._draft_of(record, shared) for record in records])

    async def _draft_of(self, record: object, shared: Json) -> Draft:
        try:
            return await self.build_draft(**self.read(self._own_arguments(record, shared)))
        except (InputError, NotFoundError) as error:
            return Draft(_NoTarget(), [Change({}, {}, problem=str(error.args[0]), way_on=error.hint)])

    def _own_arguments(self, record: object, shared: Json) -> Json:
        if not isinstance(record, dict):
            raise InputError(f"Each record must be an object with these arguments: {', '.join(self.names)}.")
        own = read_row(cast("Json", record), self.shape, self.tool, is_new=self.is_creating)
        lists = [name for name in own if name.endswith("_ids") and name in self.names]
        if lists:
            raise InputError(f"{lists[0]} cannot stand in a record.", hint=f"Give each record one {lists[0][:-1]}.")
        return {**shared, **own}


def merge_drafts(drafts: Sequence[Draft]) -> Draft:
    """Return one draft of all changes of several, which all have the same target or only a problem."""
    target = next((draft.target for draft in drafts if not isinstance(draft.target, _NoTarget)), drafts[0].target)
    return Draft(
        target,
        [change for draft in drafts for change in draft.changes],
        is_batch=True,
        is_mixed=True,
        needs_refresh=any(draft.needs_refresh for draft in drafts),
        warnings=list(dict.fromkeys(warning for draft in drafts for warning in draft.warnings)),
    )


class _NoTarget(Target):
    """Stands in a draft whose changes all have problems, so that none is sent."""

    noun = "record"

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Refuse to send anything."""
        raise CrmError(f"{len(changes)} records with problems were not sent.")
