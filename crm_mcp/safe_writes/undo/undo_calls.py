"""Calls that take back what was written, by its id: in any process, in one call, and only once at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crm_mcp.crm.call import current_call, sleep_told
from crm_mcp.errors import InputError, StoreError
from crm_mcp.languages import Texts, mark
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.taking_back import LEFT, NEEDLESS
from crm_mcp.safe_writes.undo.undo_draft import build_undo
from crm_mcp.safe_writes.writing.results import build_result
from crm_mcp.safe_writes.writing.runs import lease_of
from crm_mcp.store.audit import calls as audit
from crm_mcp.store.leases import Leases

_texts = Texts(__file__)
_UNDER_WAY = {"written": mark("{write_id} is being written"), "undone": mark("{write_id} is being undone")}

if TYPE_CHECKING:
    from crm_mcp.safe_writes.call import Asking, Confirmer
    from crm_mcp.safe_writes.draft import Draft, Target
    from crm_mcp.safe_writes.gate import SafeWriter
    from crm_mcp.safe_writes.writing.results import ItemResult, WriteResult
    from crm_mcp.store.audit.calls import AuditedCall, AuditedWrite

UNDO = "undo_write"
"""The tool that takes back what others wrote."""

_LOOKED_EVERY_S = 0.25
_WAITING_SHARE = 0.8
"""The part of a call's time that it waits for an undo under way, so that there is time to tell the end."""


class Undo:
    """Takes back what was written to the accounts of these writers."""

    def __init__(self, writers: Sequence[SafeWriter]) -> None:
        self._writers = writers
        self.elsewhere: Mapping[str, Undo] = {}
        """What takes back the writes of the other accounts, by the account's name."""

    async def find(self, write_id: str) -> tuple[SafeWriter, AuditedCall]:
        """Return the writer of the account that a write was made in, and the write.

        Raises:
            InputError: There is none of this id in these accounts.
        """
        if here := await self._look_for(write_id):
            return here
        for name, other in self.elsewhere.items():
            if await other._look_for(write_id):  # noqa: SLF001  # its own class's
                raise InputError(
                    f"{write_id.strip()} was written in the account {name}.",
                    hint=f'Call {UNDO} with account="{name}".',
                )
        raise InputError(
            _texts.later("There is no write {write_id} of the accounts connected here.", write_id=repr(write_id[:40])),
            hint=_texts.later(
                "A write_id is in the result of each write, and crm-mcp audit lists all. A write can be undone with "
                "the login that made it, for as long as CRM_MCP_AUDIT_DAYS says."
            ),
        )

    async def _look_for(self, write_id: str) -> tuple[SafeWriter, AuditedCall] | None:
        for writer in self._writers:
            if found := await _read(writer, write_id.strip()):
                return writer, found
        return None

    async def perform(
        self, writer: SafeWriter, found: AuditedCall, confirmer: Confirmer, asking: Asking, *, who: str, dry_run: bool
    ) -> WriteResult:
        """Take back what was found, or show what would be.

        Raises:
            InputError: It is being written or taken back right now.
            NotConfirmedError: The user had to confirm, as for the write itself, and did not.
            CrmError: The CRM refused, or the outcome is unknown.
        """
        await _wait_for_running(writer, found)
        draft = await build_undo(found, await _target_of(writer, found))
        if not draft.open_changes:
            return _settled(draft)
        call = _call_of(found, draft, confirmer, asking)
        was_asked = await _was_asked(writer, found)
        result = await writer.perform(replace(call, who=who, dry_run=dry_run, was_asked=was_asked))
        if dry_run:
            return result
        if "items" not in result:
            return {"next_step": f"{_progress(result)} Call {UNDO} with {call.undoes} again in a while to see the end."}
        if "plan_id" in result:  # what was not tried is what a further call finds to take back
            del result["plan_id"]
            result["next_step"] = f"The undoing stopped early. Call {UNDO} with {call.undoes} again to go on."
        items: list[ItemResult] = await _name_later_writes(writer, found, result["items"])
        return {**result, "items": items, "message": _summarize(items)}


def _call_of(found: AuditedCall, draft: Draft, confirmer: Confirmer, asking: Asking) -> Call:
    """Return the call that takes back what was found: by the id of its one record, or of the whole."""
    write_id = found.writes[0].write_id if len(found.writes) == 1 else found.write_id

    async def built() -> Draft:
        return draft

    return Call(
        tool=UNDO,
        arguments={"write_id": write_id},
        build_draft=built,
        restore=restore_as(draft.target),
        confirmer=confirmer,
        asking=asking,
        undoes=write_id,
    )


async def _read(writer: SafeWriter, write_id: str) -> AuditedCall | None:
    if not write_id.isascii():  # none of ours, and may hold half a character, which no database takes
        return None
    account = writer.account.account_id
    return await writer.store.run(lambda transaction: audit.read_call(transaction, account, write_id))


async def _was_asked(writer: SafeWriter, found: AuditedCall) -> bool:
    """Tell whether somebody was asked for a write, or for what it took back: an undo of an undo makes that again."""
    if found.asked or not found.undoes:
        return found.asked
    original = await _read(writer, found.undoes)
    return original is None or await _was_asked(writer, original)


async def _target_of(writer: SafeWriter, found: AuditedCall) -> Target:
    """Make the target again that a call wrote to; that of an undo is told by what it took back.

    Raises:
        InputError: What it took back is not kept any more, or its tool is gone.
    """
    if found.undoes:
        original = await _read(writer, found.undoes)
        if original is None:
            raise InputError(f"{found.write_id} took back {found.undoes}, which is not kept any more.")
        return (await _target_of(writer, original)).undoing([]).target
    restore = writer.restorers.get(found.tool)
    if restore is None:
        raise InputError(f"{found.write_id} was made by {found.tool}, which is not offered any more.")
    return await restore(found.target)


async def _wait_for_running(writer: SafeWriter, found: AuditedCall) -> None:
    """Wait while it is being written or taken back, as long as the call may."""
    account, ids = writer.account.account_id, [found.write_id, *(write.write_id for write in found.writes)]
    undoing = await writer.store.run(lambda transaction: audit.list_undoing(transaction, account, ids))
    leases = Leases(writer.store)
    for write_id, what in ((found.write_id, "written"), *((one, "undone") for one in undoing)):
        while not await leases.is_free(lease_of(write_id)):
            call = current_call()
            if call is None or call.time_left_s(writer.call_budget_s * _WAITING_SHARE) <= 0:
                raise InputError(f"{found.write_id} is being {what} right now.", hint="Call again in a few seconds.")
            await sleep_told(_LOOKED_EVERY_S, _texts.later(_UNDER_WAY[what], write_id=found.write_id))


def _settled(draft: Draft) -> WriteResult:
    """Return the result where nothing is to be sent."""
    items: list[ItemResult] = []
    for change in draft.changes:
        item: ItemResult = {
            "index": change.index,
            "ok": not change.problem,
            "message": change.unsent_because,
        }
        items.append({**item, "id": change.record_id} if change.record_id else item)
    return {**build_result(items, is_batch=True), "message": _summarize(items)}


async def _name_later_writes(writer: SafeWriter, found: AuditedCall, items: Sequence[ItemResult]) -> list[ItemResult]:
    """Return the results, those of records that hold something else with the later write of this server to them."""
    named: list[ItemResult] = []
    for item, write in zip(items, found.writes, strict=True):
        message = item.get("message", "")
        later = await _later_writes(writer, write) if message.startswith(LEFT) else []
        said = f"{message} {later[0]} of this server wrote there since: undo that first." if later else message
        named.append({**item, "message": said} if said else item)
    return named


async def _later_writes(writer: SafeWriter, write: AuditedWrite) -> list[str]:
    """Return the ids of the later writes to the same fields of the same record, the newest first."""
    account, record_id, names = writer.account.account_id, write.record_id, set(write.change["shown"])
    try:
        later = await writer.store.run(lambda transaction: audit.list_later(transaction, account, record_id, write.at))
    except StoreError:  # what was taken back is to be told all the same
        return []
    return [one.write_id for one in later if names & set(one.change["shown"])]


def _progress(result: WriteResult) -> str:
    """Return how far the writing is that goes on behind its call."""
    return result.get("next_step", "").partition(". ")[0] + "."


def _summarize(items: Sequence[ItemResult]) -> str:
    """Say how many records were taken back, how many of them needed nothing, and how many stay as they are."""
    done = sum(item["ok"] for item in items)
    needless = sum(item["ok"] and item.get("message", "").endswith(NEEDLESS) for item in items)
    rest = len(items) - done
    beside = f" ({needless} had nothing to undo)" if needless else ""
    left = f"; {rest} left as {'it is' if rest == 1 else 'they are'}, see items" if rest else ""
    return f"{done} of {len(items)} taken back{beside}{left}."
