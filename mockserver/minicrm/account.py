"""Reads an account (logins, users, modules, own fields) out of the MiniCRM part of a seed document."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from mockserver.crm.api import SeedError
from mockserver.documents.checked import CheckedReader
from mockserver.minicrm.schema import (
    BUILT_IN_CONTACT_FIELDS,
    LONG_PROJECT_NAME,
    REFERENCE_ID,
    STATUS_GROUPS,
    VENDOR_KEYS,
    Account,
    ContactType,
    Field,
    Module,
    Status,
    StatusGroup,
    build_project_schema,
    make_field,
)

DEFAULT_LOGIN = ("10001", "demo-api-key")
DEFAULT_VOIP_KEY = "demo-voip-key"
ACCOUNT_KEYS = ("logins", "url", "users", "modules", "contact_fields", "task_types", "vendor", "voip_key")
_PATH = "minicrm"

READER = CheckedReader(SeedError, says_write=True)

Unlisted = Mapping[str, list[str]]


def parse_account(part: Mapping[str, object], unlisted: Unlisted | None = None) -> Account:
    """Read the account out of the MiniCRM part of a seed.

    Args:
        part: The part; other keys than `ACCOUNT_KEYS` are not looked at.
        unlisted: Fields that records hold though no schema lists them, by module id or contact type.

    Raises:
        SeedError: The part has another shape.
    """
    unlisted = unlisted or {}
    users = _parse_choices(part.get("users", {}), f"{_PATH}.users")
    contact_schemas = _parse_contact_schemas(part.get("contact_fields", {}), f"{_PATH}.contact_fields")
    return Account(
        logins=_parse_logins(part.get("logins"), f"{_PATH}.logins"),
        url=READER.take_text(part.get("url", ""), f"{_PATH}.url").rstrip("/"),
        users=users,
        modules=_parse_modules(part.get("modules", {}), users, unlisted),
        contact_schemas=contact_schemas,
        contact_fields={
            kind: {**schema, "ReferenceId": REFERENCE_ID, **_build_unlisted(unlisted.get(kind, ()))}
            for kind, schema in contact_schemas.items()
        },
        task_types=_parse_choices(part.get("task_types", {}), f"{_PATH}.task_types"),
        vendor=_parse_vendor(part.get("vendor", {}), f"{_PATH}.vendor"),
        voip_key=READER.take_text(part.get("voip_key", DEFAULT_VOIP_KEY), f"{_PATH}.voip_key"),
    )


def dump_account(part: Mapping[str, object], unlisted: Unlisted) -> str:
    """Return as JSON text what `load_account` reads again."""
    return json.dumps({"account": {key: part[key] for key in ACCOUNT_KEYS if key in part}, "unlisted": unlisted})


@functools.lru_cache(maxsize=16)  # workspaces of the same seed share it
def load_account(document: str) -> Account:
    """Read the account that `dump_account` wrote."""
    kept = json.loads(document)
    return parse_account(kept["account"], kept["unlisted"])


def _parse_logins(value: object, path: str) -> tuple[tuple[str, str], ...]:
    if value is None:
        return (DEFAULT_LOGIN,)
    return tuple(_parse_login(*each) for each in READER.take_items(value, path))


def _parse_login(value: object, path: str) -> tuple[str, str]:
    login = READER.take_object(value, path, ("system_id", "api_key"))
    system_id = READER.take_text(login.get("system_id"), f"{path}.system_id")
    return system_id, READER.take_text(login.get("api_key"), f"{path}.api_key")


def _parse_vendor(value: object, path: str) -> dict[str, str]:
    vendor = READER.take_object(value, path, VENDOR_KEYS)
    return {key: READER.take_text(text, f"{path}.{key}") for key, text in vendor.items()}


def _parse_choices(value: object, path: str) -> dict[int, str]:
    choices = READER.take_object(value, path)
    return {
        READER.take_id(key, f"{path}.{key}"): READER.take_text(label, f"{path}.{key}") for key, label in choices.items()
    }


def _parse_modules(value: object, users: Mapping[int, str], unlisted: Unlisted) -> dict[int, Module]:
    path = f"{_PATH}.modules"
    parts = {
        READER.take_id(key, f"{path}.{key}"): READER.take_object(
            item, f"{path}.{key}", ("name", "type", "details", "listed_users", "statuses", "fields")
        )
        for key, item in READER.take_object(value, path).items()
    }
    names = {
        module_id: READER.take_text(item.get("name"), f"{path}.{module_id}.name") for module_id, item in parts.items()
    }
    modules = {
        module_id: _parse_module(module_id, item, names, users, unlisted.get(str(module_id), ()))
        for module_id, item in parts.items()
    }
    _refuse_shared_statuses(modules.values(), path)
    return modules


def _parse_module(
    module_id: int,
    part: Mapping[str, object],
    names: Mapping[int, str],
    users: Mapping[int, str],
    unlisted: Iterable[str],
) -> Module:
    path = f"{_PATH}.modules.{module_id}"
    statuses = _parse_statuses(part.get("statuses", {}), f"{path}.statuses")
    listed = _parse_listed_users(part.get("listed_users"), users, f"{path}.listed_users")
    own = _parse_fields(part.get("fields", {}), f"{path}.fields")
    schema = build_project_schema(names, statuses, {user: users[user] for user in listed}, own)
    writable = {
        **schema,
        "UserId": replace(schema["UserId"], choices=users),
        "Name": replace(LONG_PROJECT_NAME, label=schema["Name"].label, is_required=schema["Name"].is_required),
        "ReferenceId": REFERENCE_ID,
    }
    kind = READER.take_text(part.get("type", "Generic"), f"{path}.type")
    given = READER.take_object(part.get("details", {}), f"{path}.details")
    details: dict[str, object] = {
        "Id": given.pop("Id", module_id),
        "OrderId": given.pop("OrderId", list(names).index(module_id) + 1),
        "Name": names[module_id],
        "Type": kind,
        "SenderName": "",
        "SenderEmail": "",
        "Phone": "",
        **given,
    }
    return Module(
        module_id, names[module_id], details, statuses, listed, schema, {**writable, **_build_unlisted(unlisted)}
    )


def _parse_statuses(value: object, path: str) -> dict[int, Status]:
    statuses: dict[int, Status] = {}
    for key, item in READER.take_object(value, path).items():
        status = READER.take_object(item, f"{path}.{key}", ("label", "group"))
        group = READER.take_word(status.get("group", "Open"), f"{path}.{key}.group", STATUS_GROUPS)
        label = READER.take_text(status.get("label"), f"{path}.{key}.label")
        statuses[READER.take_id(key, f"{path}.{key}")] = Status(label, cast("StatusGroup", group))
    return statuses


def _parse_listed_users(value: object, users: Mapping[int, str], path: str) -> tuple[int, ...]:
    if value is None:
        return tuple(users)
    listed = [READER.take_id(*each) for each in READER.take_items(value, path)]
    for index, user in enumerate(listed):
        if user not in users:
            raise SeedError(f"{path}[{index}]: there is no user {user} in {_PATH}.users")
    return tuple(listed)


def _parse_contact_schemas(value: object, path: str) -> dict[ContactType, Mapping[str, Field]]:
    parts = READER.take_object(value, path, tuple(BUILT_IN_CONTACT_FIELDS))
    return {
        kind: {**built_in, **_parse_fields(parts.get(kind, {}), f"{path}.{kind}")}
        for kind, built_in in BUILT_IN_CONTACT_FIELDS.items()
    }


def _parse_fields(value: object, path: str) -> dict[str, Field]:
    return {
        READER.take_name(name, f"{path}.{name}"): _parse_field(name, item, f"{path}.{name}")
        for name, item in READER.take_object(value, path).items()
    }


def _parse_field(name: str, value: object, path: str) -> Field:
    part = READER.take_object(value, path, ("type", "label", "choices", "required"))
    type_text = READER.take_text(part.get("type"), f"{path}.type")
    label = READER.take_text(part.get("label", ""), f"{path}.label")
    choices = _parse_choices(part.get("choices", {}), f"{path}.choices")
    try:
        made = make_field(name, type_text, label, choices)
    except ValueError:
        types = "Int, Text(n), DateTime, File(nMB), Enum, Set or Boolean"
        raise SeedError(f"{path}.type: write {types}, not {type_text!r}") from None
    if made.kind == "Set":
        for choice in choices:
            if choice.bit_count() != 1:
                raise SeedError(f"{path}.choices.{choice}: the ids of a Set are powers of two: 1, 2, 4, 8 ...")
    return replace(made, is_required=READER.take_flag(part.get("required", False), f"{path}.required"))


def _build_unlisted(names: Iterable[str]) -> dict[str, Field]:
    return {name: Field(name, "Any") for name in names}


def _refuse_shared_statuses(modules: Iterable[Module], path: str) -> None:
    seen: dict[int, int] = {}
    for module in modules:
        for status in module.statuses:
            if status in seen:
                here = f"{path}.{module.module_id}.statuses.{status}"
                raise SeedError(f"{here}: module {seen[status]} has this id; a status id belongs to one module")
            seen[status] = module.module_id
