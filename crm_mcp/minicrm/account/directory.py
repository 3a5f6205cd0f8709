"""What the account calls its modules, statuses, users and fields: schemas, asked for once and kept a while.

MiniCRM lists users and statuses nowhere but in the schemas (observed), so whoever takes a name asks here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from crm_mcp.crm.expiring import TtlCache
from crm_mcp.crm.name_matching import folded, resolve_choice
from crm_mcp.errors import InputError, RateLimitedError, RefusedError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Module, Schema


class Directory:
    """Names and fields of one account.

    Args:
        client: Where to ask.
        me: Who "me" is, a user's name or id; empty where the settings do not say.
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, client: MinicrmClient, *, me: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._me = me
        self._modules = TtlCache[list[Module]](lambda _: client.list_modules(), clock)
        self._project_schemas = TtlCache[Schema](client.get_project_schema, clock)
        self._readable_schemas = TtlCache[Schema | None](self._schema_if_readable, clock)
        self._contact_schemas = TtlCache[Schema](client.get_contact_schema, clock)

    async def modules(self) -> dict[str, str]:
        """Return the names of the modules by id."""
        return {module["id"]: module["name"] for module in await self._modules.get("")}

    async def module_id(self, module: str) -> str:
        """Return the id of a module given by name or id.

        Raises:
            InputError: There is no such module, or several have that name.
        """
        return resolve_choice("module", module, await self.modules())

    async def project_schema(self, module_id: str) -> Schema:
        """Return the fields of a module's projects."""
        return await self._project_schemas.get(module_id)

    async def contact_schema(self, contact_type: str) -> Schema:
        """Return the fields of `Person` or `Business`."""
        return await self._contact_schemas.get(contact_type)

    async def project_schemas(self, module_id: str = "") -> list[Schema]:
        """Return the schema of one module, or of all that can be read when none is named.

        Some modules have no readable schema, and a login may be kept from others; they are passed over.
        """
        if module_id:
            return [await self.project_schema(module_id)]
        found = [await self.readable_schema(one) for one in await self.modules()]
        return [schema for schema in found if schema is not None]

    async def readable_schema(self, module_id: str) -> Schema | None:
        """Return the fields of a module's projects; None where they may not be read."""
        return await self._readable_schemas.get(module_id)

    async def _schema_if_readable(self, module_id: str) -> Schema | None:
        try:
            return await self.project_schema(module_id)
        except RateLimitedError:
            raise
        except RefusedError:
            return None

    async def user_id(self, user: str, module_id: str = "") -> str:
        """Return the id of a user given by name, id or "me".

        An unknown one is refused: the CRM would hand the card to a random user (observed).

        Raises:
            InputError: No schema lists this user, several have that name, or nobody is "me".
        """
        if user.casefold() == "me":
            if not self._me:
                raise InputError("Nobody is configured as 'me'.", hint="Name the user, or set MINICRM_USER.")
            user = self._me
        return resolve_choice(
            "user", user, _joined(schema["users"] for schema in await self.project_schemas(module_id))
        )

    async def status_id(self, status: str, module_id: str = "") -> str:
        """Return the id of a status given by label or id; without a module, of the one module that has it.

        Raises:
            InputError: No module has it, or several do.
        """
        statuses = _joined(schema["statuses"] for schema in await self.project_schemas(module_id))
        try:
            return resolve_choice("status", status, statuses)
        except InputError:
            same = [one for one, label in statuses.items() if folded(label) == folded(status)]
            if len(same) < 2 or module_id:
                raise
        places = await self._modules_of_statuses()
        raise InputError(
            f"status: {len(same)} modules have one called {status!r}.",
            hint=f"Name the module, or give the id: {', '.join(f'{one} ({places.get(one)})' for one in same)}.",
        )

    async def _modules_of_statuses(self) -> dict[str, str]:
        schemas = [(name, await self.readable_schema(module_id)) for module_id, name in (await self.modules()).items()]
        return {status_id: name for name, schema in schemas if schema for status_id in schema["statuses"]}


def _joined(maps: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {choice_id: label for choices in maps for choice_id, label in choices.items()}
