"""Objects read one by one, a few requests at a time: a search has few of their fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_mcp.crm.concurrency import map_bounded
from crm_mcp.crm.progress import Steps
from crm_mcp.errors import NotFoundError, RateLimitedError

_Item = TypeVar("_Item", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Details(Generic[_Item]):
    """Objects that were read one by one.

    Attributes:
        found: Those that could be read, by id.
        incomplete_reason: Why some could not, as a sentence; empty where all could.
    """

    found: dict[str, _Item]
    incomplete_reason: str


async def read_details(
    ids: Sequence[str], get: Callable[[str], Awaitable[_Item]], steps: Steps, *, crm: str
) -> Details[_Item]:
    """Read objects by their ids; a refusal for too many requests ends it with what there is.

    Args:
        ids: Which.
        get: Reads one.
        steps: Counts each.
        crm: The CRM's title, for sentences.

    Raises:
        CrmError: One could not be read for another reason than that it is gone.
    """
    stopped: list[RateLimitedError] = []
    steps.expect(len(ids))

    async def read(one: str) -> _Item | None:
        if stopped:
            return None
        try:
            item = await get(one)
        except RateLimitedError as error:
            stopped.append(error)
            return None
        except NotFoundError:  # deleted for good since the search
            return None
        await steps.advance(f"{one} read")
        return item

    found = {item["id"]: item for item in await map_bounded(ids, read) if item is not None}
    if stopped:
        return Details(found, f"{crm} refused more requests after {len(found)} of {len(ids)}: try again later.")
    missing = len(ids) - len(found)
    return Details(found, f"{missing} of {len(ids)} could not be read: they are gone." if missing else "")
