"""What the rules about Ivinex's writes share: bodies of records, and how a result is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.ivinex_account import ID, as_sent
from tests.contract.harness.rules import NotTestedError

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount, Record


def build_new(ivinex: IvinexAccount, name: str = "record", **values: object) -> dict[str, object]:
    """Return a new record of the sandbox.

    Raises:
        NotTestedError: The run may not write.
    """
    ivinex.need_sandbox()
    return {
        "CollectionTypeID": as_sent(ivinex.writable_module),
        ivinex.name_field: f"{ivinex.sandbox.prefix}{name}",
        **values,
    }


def build_change(ivinex: IvinexAccount, record_id: object, **values: object) -> dict[str, object]:
    """Return the changes to a record of the sandbox; its id goes as it is given."""
    return {"CollectionTypeID": as_sent(ivinex.writable_module), "CollectionID": record_id, **values}


def is_success(result: dict[str, Any]) -> bool:
    """Tell whether a result reports a success."""
    return str(result.get("Status")).casefold() == "success"


def second_field(ivinex: IvinexAccount) -> str:
    """Return a text field that can be written, beside the one that names a record.

    Raises:
        NotTestedError: None is known.
    """
    known = set(ivinex.list_records()[0]) if ivinex.list_records() else set[str]()
    for name in ("email", "remarks", "phone", "title"):
        if name in known:
            return name
    raise NotTestedError("the module has no second text field that is known")


def read_all(ivinex: IvinexAccount) -> dict[str, Record]:
    """Return all records that there are now, by id."""
    return {str(record[ID]): record for record in ivinex.search_all(ivinex.writable_module)}
