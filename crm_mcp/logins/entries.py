"""Reads one entry of the file. No value is repeated in a refusal, and no subject: an entry is called by its number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.logins.login import Login
from crm_mcp.registry import CONNECTORS, choose_toolsets
from crm_mcp.settings_file.sections import Section, read_table
from crm_mcp.toolsets import Toolsets

_texts = Texts(__file__)
_CRMS = {known.name: known for known in CONNECTORS}
_OWN_KEYS = ("name", "read_only", "toolsets")
_LONGEST_NAME = 60


def read_entry(path: Path, number: int, entry: object) -> Login:
    """Return what the so many-th entry of a file says.

    Raises:
        SettingsError: It is unclear, or a value is wrong.
    """
    return _Entry(path, number).read(entry)


class _Entry:
    """An entry that is read."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._number = number
        self._own: dict[str, object] = {}
        self._tables: dict[str, dict[str, object]] = {}

    def read(self, entry: object) -> Login:
        """Return what it says."""
        for key, value in self._table("", entry).items():
            self._take(key, value)
        if not self._tables:
            self._refuse(_texts.later("it has no CRM"), _texts.later("Add a section: {crms}.", crms=", ".join(_CRMS)))
        sections = {crm: self._section(crm, table) for crm, table in self._tables.items()}
        return Login(self._path, self._number, sections, self._name(), self._is_read_only(), self._toolsets())

    def _take(self, key: str, value: object) -> None:
        """Put a line where it belongs: a CRM's section, a variable of a CRM, or a setting of the entry."""
        crm, _, setting = key.casefold().partition("_")
        if key in _OWN_KEYS:
            self._own[key] = value
        elif key in _CRMS:
            for name, one in self._table(key, value).items():
                self._put(key, name, one)
        elif crm in _CRMS and setting:
            self._put(crm, setting, value)
        else:
            near = did_you_mean(key, [*_CRMS, *_OWN_KEYS])
            told = _texts.later("{key} has no place there{near}", key=repr(key[:60]), near=near)
            if not near:  # it may be a part of a subject
                told = _texts.later("it holds something that has no place there")
            self._refuse(
                told,
                _texts.later(
                    "An entry holds {keys}. A subject with dots or other signs stands in quotes.",
                    keys=", ".join([*_CRMS, *_OWN_KEYS]),
                ),
            )

    def _put(self, crm: str, name: str, value: object) -> None:
        table = self._tables.setdefault(crm, {})
        if name in table:
            self._refuse(_texts.later("it says {name} twice", name=f"{crm}.{name[:60]}"))
        table[name] = value

    def _section(self, crm: str, table: Mapping[str, object]) -> Section:
        kinds = {name: one.annotation for name, one in _CRMS[crm].settings_class.model_fields.items()}
        return read_table(self._path, f"{self._number}.{crm}", table, kinds)

    def _name(self) -> str:
        name = self._own.get("name", "")
        if not isinstance(name, str) or not name.isprintable() or len(name) > _LONGEST_NAME:
            self._refuse(_texts.later("name is a text of at most {most} characters", most=_LONGEST_NAME))
        return name.strip()

    def _is_read_only(self) -> bool:
        value = self._own.get("read_only", False)
        if not isinstance(value, bool):
            self._refuse(_texts.later("read_only is true or false"))
        return value

    def _toolsets(self) -> Toolsets | None:
        given = self._own.get("toolsets")
        if given is None:
            return None
        listed = cast("list[object]", given if isinstance(given, list) else [given])
        if not all(isinstance(one, str) for one in listed):
            self._refuse(_texts.later("toolsets is a text, or a list of texts"))
        try:
            return choose_toolsets(",".join(map(str, listed)))
        except SettingsError as error:
            self._refuse(f"toolsets: {error.args[0]}".rstrip("."), error.hint)

    def _table(self, name: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._refuse(_texts.later("{name} is no section", name=name or _texts.later("it")))
        return cast("dict[str, Any]", value)

    def _refuse(self, problem: str, hint: str = "") -> NoReturn:
        raise SettingsError(
            _texts.later("{file}, entry {number}: {problem}.", file=self._path, number=self._number, problem=problem),
            hint=hint or _texts.later("Correct it there."),
        )
