"""Whether the modules that the settings name are there and are what they are called, as a record of each shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import BadRequestError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.settings import CONTACT, NOTE
from crm_mcp.languages import Later, Texts

_texts = Texts(__file__)

_OF_NOTES = {"description", "contact"}
"""Fields that `create_note` writes."""
_OF_PEOPLE = {"first_name", "last_name", "email"}


async def find_module_problems(client: IvinexClient, modules: Mapping[str, str]) -> list[str]:
    """Ask for a record of each module; return what is wrong with the names and ids, a sentence each.

    Raises:
        CrmError: Ivinex cannot be reached, refuses the login, or something else than it answers.
    """
    problems = [*_misnamed(modules), *_named_twice(modules)]
    for name, module_id in modules.items():
        try:
            records = await client.search_records(module_id, limit=1)
        except BadRequestError as error:
            problems.append(Later.joined([f"{name}={module_id}:", error.args[0]]))
        else:
            problems += _mistaken(name, module_id, [set(record["fields"]) for record in records])
    return problems


def _misnamed(modules: Mapping[str, str]) -> list[str]:
    absent = [one for one in (CONTACT, NOTE) if one not in map(str.casefold, modules)]
    near = {name: nearest(name, absent, cutoff=0.8) for name in modules}
    return [
        _texts.later("{name} must be called {right} for create_note to be available.", name=name, right=one[0])
        for name, one in near.items()
        if one
    ]


def _named_twice(modules: Mapping[str, str]) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, module_id in modules.items():
        names.setdefault(module_id, []).append(name)
    return [
        _texts.later("{names} have the same module id, {module_id}.", names=" and ".join(same), module_id=one)
        for one, same in names.items()
        if len(same) > 1
    ]


def _mistaken(name: str, module_id: str, seen: Sequence[set[str]]) -> list[str]:
    """Tell that the module of notes holds no notes, or that of contacts notes: the ids may be swapped."""
    for fields in seen:
        if name.casefold() == NOTE and not fields & _OF_NOTES:
            return [
                _texts.later(
                    "{name}={module_id} holds no notes: a record there has no description and no contact.",
                    name=name,
                    module_id=module_id,
                )
            ]
        if name.casefold() == CONTACT and fields >= _OF_NOTES and not fields & _OF_PEOPLE:
            return [_texts.later("{name}={module_id} looks like the module of notes.", name=name, module_id=module_id)]
    return []
