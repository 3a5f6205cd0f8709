"""One entry of the file: whose logins these are, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.registry import connect
from crm_mcp.settings_file.sections import Section, reading_login
from crm_mcp.toolsets import Toolsets

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)


@dataclass(frozen=True, slots=True, eq=False)
class Login:
    """The logins of one user, and how far they reach.

    Attributes:
        path: The file.
        number: Which entry of the file it is, from 1.
        sections: What it says of each CRM.
        name: What the audit calls the user.
        is_read_only: Whether nothing is written with it.
        toolsets: The toolsets that may be used with it; None is all that the server has.
    """

    path: Path
    number: int
    sections: Mapping[str, Section] = field(repr=False)
    name: str = ""
    is_read_only: bool = False
    toolsets: Toolsets | None = None

    def connect(self, pool: ConnectionPool, store: Store) -> list[Connector]:
        """Return a connector for each of its CRMs.

        Raises:
            SettingsError: A section is no whole login, or a value is wrong.
        """
        with reading_login(self.sections):
            connectors = connect(pool, store, only=self.sections)
        for crm in self.sections.keys() - {one.name for one in connectors}:
            raise SettingsError(
                _texts.later("{file}, [{section}] has no login.", file=self.path, section=self.sections[crm].name)
            )
        return connectors

    def says_the_same(self, other: Login) -> bool:
        """Whether it is the same login, wherever the entries stand."""
        return self._said() == other._said()

    def _said(self) -> tuple[object, ...]:
        values = {crm: dict(section.values) for crm, section in self.sections.items()}
        return values, self.name, self.is_read_only, self.toolsets
