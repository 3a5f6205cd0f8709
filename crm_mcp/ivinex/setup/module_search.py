"""Modules found by asking for them: Ivinex documents no way to list them.

An id is asked for one record. Few ids are asked, a few at a time, and none once the login or the CRM gives up. A module
without a record counts where an id that no portal has is refused: then a response without a refusal shows that it is
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import AuthenticationError, CrmError, RateLimitedError, RefusedError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import Record
from crm_mcp.ivinex.settings import CONTACT, NOTE

FIRST_ID = 1001
"""Where ids begin: both of the document's are from there on."""
MOST_ASKED = 48
"""Ids that one search asks for."""
_AT_ONCE = 4
_GAP = 16
"""After so many ids in a row that are no module there is probably none behind them."""
_NOBODYS_ID = "999999999"

_LOOKS_LIKE: Sequence[tuple[str, frozenset[str], int]] = (
    (CONTACT, frozenset({"first_name", "last_name", "email", "full_name"}), 2),
    (NOTE, frozenset({"description", "contact"}), 2),
    ("company", frozenset({"company_name", "website", "industry", "vat_number", "tax_number"}), 1),
    ("deal", frozenset({"amount", "probability", "stage", "expected_close", "close_date"}), 2),
    ("task", frozenset({"due_date", "deadline", "assigned_to"}), 1),
    ("ticket", frozenset({"subject", "priority", "severity"}), 2),
    ("product", frozenset({"sku", "unit_price", "price"}), 1),
)
"""A name, fields that such a module has, and how many of them it takes; the first that fits."""


@dataclass(frozen=True, slots=True)
class FoundModule:
    """A module that answered; `record` is one of its records, None where it has none yet."""

    module_id: str
    record: Record | None

    @property
    def fields(self) -> list[str]:
        """The names of the fields of its record."""
        return list(self.record["fields"]) if self.record else []


@dataclass(frozen=True, slots=True)
class ModuleSearch:
    """What a search found.

    Attributes:
        found: The modules, by id.
        last_id: The last id that was asked for.
        stopped_by: Why it ended early; None where it came to its end.
    """

    found: Sequence[FoundModule]
    last_id: int
    stopped_by: CrmError | None = None


async def search_modules(client: IvinexClient, first_id: int = FIRST_ID) -> ModuleSearch:
    """Ask for one record of each id from `first_id` on.

    Raises:
        CrmError: The first request already shows that the login is refused or that the CRM cannot be reached.
    """
    empty_counts = not await _is_taken(client, _NOBODYS_ID)
    found: list[FoundModule] = []
    last_id = first_id
    for batch in _batches(first_id):
        try:
            answers = await map_bounded(batch, lambda one: _ask(client, str(one)), at_once=_AT_ONCE)
        except CrmError as error:
            return ModuleSearch(found, last_id, error)
        last_id = batch[-1]
        found += [one for one in answers if one is not None and (one.record is not None or empty_counts)]
        if last_id - int(found[-1].module_id if found else first_id) >= _GAP:
            break
    return ModuleSearch(found, last_id)


def _batches(first_id: int) -> Iterator[range]:
    return (range(start, start + _AT_ONCE) for start in range(first_id, first_id + MOST_ASKED, _AT_ONCE))


async def is_refused_login(client: IvinexClient) -> bool:
    """Tell whether the login is refused whatever is asked for, and not only what the user may not see."""
    try:
        await _is_taken(client, _NOBODYS_ID)
    except AuthenticationError:
        return True
    return False


async def _is_taken(client: IvinexClient, module_id: str) -> bool:
    """Tell whether an id gets a response that is no refusal; a refused login is raised."""
    try:
        await client.search_records(module_id, limit=1)
    except (AuthenticationError, RateLimitedError):
        raise
    except RefusedError:
        return False
    return True


async def _ask(client: IvinexClient, module_id: str) -> FoundModule | None:
    try:
        records = await client.search_records(module_id, limit=1)
    except RateLimitedError:
        raise
    except RefusedError:  # no such module, or one that this login may not see
        return None
    return FoundModule(module_id, records[0] if records else None)


def suggest_names(found: Sequence[FoundModule]) -> dict[str, str]:
    """Return a name for each module id, each name once: what its fields look like, else its id."""
    names: dict[str, str] = {}
    for module in found:
        name = _looks_like(set(module.fields))
        names[module.module_id] = name if name and name not in names.values() else f"module_{module.module_id}"
    return names


def _looks_like(fields: set[str]) -> str:
    return next((name for name, typical, enough in _LOOKS_LIKE if len(fields & typical) >= enough), "")
