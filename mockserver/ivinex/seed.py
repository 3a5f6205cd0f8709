"""Reading the `ivinex` part of a seed document; errors name the path of the value.

{"logins": [{"username", "password"}],
 "modules": {"1001": {"name", "title", "next_id", "fields": {"first_name": {"type", ...}}, "records": [{...}]}}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from mockserver.crm.api import SeedError
from mockserver.documents.checked import CheckedReader
from mockserver.documents.near_misses import suggest
from mockserver.ivinex.schema import (
    KINDS,
    RECORD_ID,
    RESERVED_NAMES,
    Field,
    Kind,
    Module,
    build_module,
    compute_joined,
    parse_id,
)
from mockserver.ivinex.values import BadValueError, read_moment, to_text

DEFAULT_LOGIN = ("demo", "demo-password")
MAX_FIELDS = 1000

_READER = CheckedReader(SeedError)

Record = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ModuleSeed:
    """A module with the records it starts with, complete and checked; `collection_id` is among their values."""

    module: Module
    definition: Mapping[str, object]
    next_id: int
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class IvinexSeed:
    """The whole part: logins in order, and modules."""

    logins: Sequence[tuple[str, str]]
    modules: Sequence[ModuleSeed]


def parse_ivinex_seed(part: Mapping[str, object], now: str) -> IvinexSeed:
    """Read the part.

    Args:
        part: The part; `{}` is an empty account with the default login.
        now: The date-time that records without one were created at.

    Raises:
        SeedError: It has another shape.
    """
    part = _READER.take_object(part, "ivinex", ("logins", "modules"))
    logins = [_read_login(*each) for each in _READER.take_items(part.get("logins", []), "ivinex.logins")]
    modules: list[ModuleSeed] = []
    for module_id, spec in _READER.take_object(part.get("modules", {}), "ivinex.modules").items():
        path = f"ivinex.modules.{module_id}"
        if parse_id(module_id) is None or str(parse_id(module_id)) != module_id:
            raise SeedError(f'{path}: a module id is digits, such as "1001"')
        modules.append(_read_module(module_id, spec, path, now))
    names = [seed.module.name for seed in modules]
    for name in names:
        if names.count(name) > 1:
            raise SeedError(f'ivinex.modules: two modules have the name "{name}"')
    return IvinexSeed(logins or [DEFAULT_LOGIN], modules)


def parse_module_definition(module_id: str, definition: Mapping[str, object], path: str) -> Module:
    """Read a module's name, title and fields.

    Raises:
        SeedError: It has another shape.
    """
    name = _READER.take_text(definition.get("name", module_id), f"{path}.name")
    title = _READER.take_text(definition.get("title", name), f"{path}.title")
    specs = _READER.take_object(definition.get("fields", {}), f"{path}.fields")
    if len(specs) > MAX_FIELDS:
        raise SeedError(f"{path}.fields: at most {MAX_FIELDS} fields, not {len(specs)}")
    fields = [
        _read_field(field_name, spec, f"c{i}", f"{path}.fields.{field_name}")
        for i, (field_name, spec) in enumerate(specs.items())
    ]
    own = {field.name: field for field in fields}
    for field in fields:
        for joined in field.joins:
            if joined not in own or own[joined].joins:
                raise SeedError(
                    f'{path}.fields.{field.name}.joins: "{joined}" is no field with a value of its own in this module.'
                    f"{suggest(joined, own)}"
                )
    return build_module(module_id, name, title, fields)


def _read_field(name: str, value: object, column: str, path: str) -> Field:
    spec = _READER.take_object(value, path)
    if name in RESERVED_NAMES or not name:
        raise SeedError(f"{path}: the name is the system's own; every record has it without being asked")
    _READER.refuse_unknown(spec, path, ("type", "options", "module", "joins"), "there are")
    kind = _READER.take_text(spec.get("type", "text"), f"{path}.type")
    if kind not in KINDS:
        raise SeedError(f'{path}.type: must be one of {", ".join(KINDS)}, not "{kind}".{suggest(kind, KINDS)}')
    options = _READER.take_object(spec.get("options", {}), f"{path}.options")
    for option_id, label in options.items():
        if not isinstance(label, str):
            _READER.refuse(f"{path}.options.{option_id}", "the option's label", label)
    module_id = _READER.take_text(spec.get("module", ""), f"{path}.module")
    if (kind == "link") != bool(module_id):
        raise SeedError(f'{path}: "module" belongs to a field of type link, and a link needs it')
    joins = [_READER.take_text(*each) for each in _READER.take_items(spec.get("joins", []), f"{path}.joins")]
    return Field(name, cast("Kind", kind), column, cast("dict[str, str]", options), module_id, tuple(joins))


def _read_module(module_id: str, value: object, path: str, now: str) -> ModuleSeed:
    spec = _READER.take_object(value, path, ("name", "title", "next_id", "fields", "records"))
    module = parse_module_definition(module_id, spec, path)
    given = _READER.take_items(spec.get("records", []), f"{path}.records")
    records = [_read_record(module, record, record_path, now) for record, record_path in given]
    taken: set[int] = set()
    for i, record in enumerate(records):
        number = int(record[RECORD_ID] or 0)
        if number in taken:
            raise SeedError(f"{path}.records[{i}].collection_id: {number} is taken by an earlier record")
        taken.add(number)
    next_id = parse_id(spec.get("next_id", max(taken, default=0) + 1))
    if not next_id:
        _READER.refuse(f"{path}.next_id", "a whole number from 1 on", spec["next_id"])
    definition = {key: value for key, value in spec.items() if key in {"name", "title", "fields"}}
    return ModuleSeed(module, definition, next_id, records)


def _read_record(module: Module, value: object, path: str, now: str) -> Record:
    given = _READER.take_object(value, path)
    number = parse_id(given.get(RECORD_ID))
    if not number:
        raise SeedError(f'{path}.collection_id: every record needs its id, such as "8"')
    record: dict[str, str | None] = {"created_by": "1", "created_date": now}
    for name, text in given.items():
        field = module.fields.get(name)
        if field is None:
            raise SeedError(f"{path}.{name}: module {module.id} has no such field.{suggest(name, module.fields)}")
        if field.joins:
            raise SeedError(f"{path}.{name}: is computed from {', '.join(field.joins)}; leave it out")
        try:
            record[name] = _read_seeded_value(field, text)
        except BadValueError as error:
            raise SeedError(f"{path}.{name}: {error}") from error
    record[RECORD_ID] = str(number)
    record.setdefault("modified_by", record["created_by"])
    record.setdefault("modified_date", record["created_date"])
    return {**record, **compute_joined(module, record)}


def _read_seeded_value(field: Field, value: object) -> str | None:
    """Take any text as it is, since a live account holds any; only dates and date-times must be readable."""
    text = to_text(value)
    if field.is_moment:
        return read_moment(field, text) if text else None
    return text


def _read_login(value: object, path: str) -> tuple[str, str]:
    login = _READER.take_object(value, path, ("username", "password"))
    username = _READER.take_text(login.get("username"), f"{path}.username")
    password = _READER.take_text(login.get("password"), f"{path}.password")
    if not username or ":" in username:
        raise SeedError(f"{path}.username: must be text without a colon, which Basic login cannot carry")
    return username, password
