"""Generates records for the modules of the `ivinex` part of a seed, whatever their fields are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mockserver.crm.words import Pool, Words

_SHARE_OF_EMPTY = 0.1


@dataclass(frozen=True, slots=True)
class _Person:
    """Who a record is about, so that its name and its address fit each other."""

    pool: Pool
    first_name: str
    last_name: str
    company: str


# What text fields of these names hold; any other holds a phrase.
_BY_NAME: Mapping[str, Callable[[Words, _Person], str]] = {
    "first_name": lambda _words, person: person.first_name,
    "last_name": lambda _words, person: person.last_name,
    "email": lambda words, person: words.email(person.first_name, person.last_name, person.company),
    "phone": lambda words, person: words.phone(person.pool),
    "position": lambda words, person: words.pick(person.pool.jobs),
    "name": lambda _words, person: person.company,
    "company_name": lambda _words, person: person.company,
    "city": lambda words, person: words.pick(person.pool.cities),
    "country": lambda _words, person: person.pool.country,
    "address": lambda words, person: f"{words.pick(person.pool.streets)} {words.number(1, 150)}",
    "postal_code": lambda words, person: words.pick(person.pool.postcodes),
    "zip": lambda words, person: words.pick(person.pool.postcodes),
    "website": lambda words, person: f"https://www.{words.email(person.company).rpartition('@')[2]}",
    "description": lambda words, _person: words.sentence(),
}
_NEVER_EMPTY = frozenset({"first_name", "last_name", "name"})


def can_extend(part: Mapping[str, object]) -> bool:
    """Tell whether there is a module to make records for."""
    return bool(part.get("modules"))


def extend(part: Mapping[str, object], count: int, words: Words) -> dict[str, object]:
    """Return the part with so many records more, shared by its modules as its own records are."""
    return extend_modules(part, _share(part, count), words)


def extend_modules(part: Mapping[str, object], shares: Mapping[str, int], words: Words) -> dict[str, object]:
    """Return the part with so many records more in each module."""
    modules = cast("dict[str, dict[str, Any]]", part["modules"])
    ids = {module_id: _list_ids(module, shares.get(module_id, 0)) for module_id, module in modules.items()}
    users = max(len(cast("list[object]", part.get("logins", ()))), 1)
    made: dict[str, object] = {}
    for module_id, module in modules.items():
        held: list[dict[str, Any]] = module.get("records", [])
        new_ids = ids[module_id][len(held) :]
        records = [*held, *(_make_record(module, record_id, ids, users, words) for record_id in new_ids)]
        made[module_id] = {**{key: value for key, value in module.items() if key != "records"}, "records": records}
        if "next_id" in module and new_ids:
            made[module_id] = {**cast("dict[str, object]", made[module_id]), "next_id": new_ids[-1] + 1}
    return {**part, "modules": made}


def _share(part: Mapping[str, object], count: int) -> dict[str, int]:
    """Share records among the modules as the part's records are, evenly where it has none; the first gets the rest."""
    modules = cast("dict[str, dict[str, Any]]", part["modules"])
    held = {module_id: len(module.get("records", ())) for module_id, module in modules.items()}
    weights = held if sum(held.values()) else dict.fromkeys(held, 1)
    total = sum(weights.values())
    shares = {module_id: count * weight // total for module_id, weight in weights.items()}
    shares[next(iter(shares))] += count - sum(shares.values())
    return shares


def _list_ids(module: Mapping[str, Any], count: int) -> list[int]:
    """Return the ids of a module's records, the new ones above all there are."""
    held = [int(record["collection_id"]) for record in module.get("records", ())]
    first = max([*held, int(module.get("next_id", 1)) - 1], default=0) + 1
    return [*held, *range(first, first + count)]


def _make_record(
    module: Mapping[str, Any], record_id: int, ids: Mapping[str, Sequence[int]], users: int, words: Words
) -> dict[str, object]:
    pool = words.pool()
    person = _Person(pool, words.pick(pool.first_names), words.pick(pool.last_names), words.pick(pool.companies))
    created = words.moment()
    record: dict[str, object] = {
        "collection_id": str(record_id),
        "created_by": str(words.number(1, users)),
        "created_date": created,
        "modified_by": str(words.number(1, users)),
        "modified_date": words.moment(created),
    }
    for name, field in cast("dict[str, dict[str, Any]]", module.get("fields", {})).items():
        if field.get("joins"):
            continue
        is_empty = name not in _NEVER_EMPTY and words.happens(_SHARE_OF_EMPTY)
        record[name] = None if is_empty else _make_value(name, field, person, ids, words)
    return record


def _make_value(
    name: str, field: Mapping[str, Any], person: _Person, ids: Mapping[str, Sequence[int]], words: Words
) -> str | None:
    kind = field.get("type", "text")
    if kind in {"text", "html"}:
        make = _BY_NAME.get(name)
        text = make(words, person) if make else words.phrase()
        return f"<p>{text}</p>" if kind == "html" else text
    if kind == "option":
        options = list(field.get("options", {}))
        return words.pick(options) if options else None
    if kind == "link":
        linked = ids.get(field["module"], ())
        return str(words.pick(linked)) if linked else None
    return _BY_KIND[kind](words)


_BY_KIND: Mapping[str, Callable[[Words], str]] = {
    "number": lambda words: str(words.number(1, 5000) * 10),
    "boolean": lambda words: "true" if words.happens(0.5) else "false",
    "date": lambda words: words.birthday() if words.happens(0.5) else words.moment()[:10],
    "datetime": lambda words: words.moment(),
}
