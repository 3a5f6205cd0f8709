"""The language of people, found before any settings are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Language, known_language
from crm_mcp.setting_names import SERVER_PREFIX, given_variables
from crm_mcp.settings_file.sections import read_file

if TYPE_CHECKING:
    from crm_mcp.settings_file.document import Table

_KEY = "language"


def find_language(own: str | None = None) -> Language:
    """Return the language of people: the server's by the environment or the file, else a CRM's `own`, else any CRM's.

    It is English where nothing says otherwise. A wrong value is refused where settings are read, not here.
    """
    try:
        given = given_variables("")
    except UnicodeDecodeError:
        return "en"
    server, crms = _said_in_file()
    names = sorted(file.parent.name.upper() for file in Path(__file__).parents[1].glob("*/settings.py"))
    said = [given.get(f"{SERVER_PREFIX}LANGUAGE"), server, own, *(given.get(f"{crm}_LANGUAGE") for crm in names), *crms]
    return known_language(next((one for one in said if one), "")) or "en"


def _said_in_file() -> tuple[str, list[str]]:
    """Return what the settings file says of the server, and of each CRM that it says it of."""
    try:
        document = read_file()
    except SettingsError:
        return "", []
    if document is None:
        return "", []
    sections = [table for crms in document.accounts.values() for table in crms.values()]
    return next(_languages_in([document.server]), ""), list(_languages_in(sections))


def _languages_in(sections: list[Table]) -> Iterator[str]:
    for section in sections:
        said = cast("Mapping[str, object]", section).get(_KEY)
        if isinstance(said, str):
            yield said
