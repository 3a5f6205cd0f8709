"""Which CRMs the fake plays. A further CRM is a folder of its own plus one line here."""

from __future__ import annotations

from mockserver.crm.entry import CrmEntry
from mockserver.crm.profiles import Deviation
from mockserver.ivinex.entry import ENTRY as IVINEX
from mockserver.minicrm.entry import ENTRY as MINICRM

CRMS: tuple[CrmEntry, ...] = (
    IVINEX,
    MINICRM,
)
ALL_CRMS = "both" if len(CRMS) == 2 else "all"
"""What a command's `--crm` calls all of them."""


def get_entry(name: str) -> CrmEntry:
    """Return the entry of a CRM that there is."""
    return next(entry for entry in CRMS if entry.name == name)


def list_deviations() -> list[Deviation]:
    """Return the deviations of every CRM."""
    return [deviation for entry in CRMS for deviation in entry.deviations]
