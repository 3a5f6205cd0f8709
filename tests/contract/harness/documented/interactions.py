"""Reads the fixtures and compares JSON the way `fixtures/README.md` says.

Nothing here knows the client or the fake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.sandbox import changes

if TYPE_CHECKING:
    from collections.abc import Iterator

CRMS = ("ivinex", "minicrm")


@dataclass(frozen=True, slots=True)
class Interaction:
    """One fixture file; the attributes are its keys."""

    file: Path
    crm: str
    document: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def given(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.document["given"])

    @property
    def request(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.document["request"])

    @property
    def response(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.document["response"])

    @property
    def body_kind(self) -> str:
        """`json`, `text` (undocumented wording) or `any` (wholly undocumented)."""
        return str(self.response.get("body_kind", "json"))

    @property
    def volatile(self) -> frozenset[str]:
        return frozenset(cast("list[str]", self.document["volatile"]))

    @property
    def client(self) -> dict[str, Any] | None:
        return cast("dict[str, Any] | None", self.document["client"])

    @property
    def is_of_own_document(self) -> bool:
        """Whether it is about what the CRM's own document describes."""
        return bool(self.document["source"]["document"] == f"{self.crm}.txt")

    @property
    def changes(self) -> bool:
        """Whether the request changes something, or might: some GETs do."""
        return changes(self.request["method"], self.request["path"])

    @property
    def is_documented(self) -> bool:
        """Whether the document itself has the request."""
        return bool(self.document["source"]["provenance"] == "documented")


def fixtures_folder() -> Path:
    """Return the folder of the fixtures, which lies above this one wherever both are installed.

    By its import name, a folder `fixtures` of the caller's could come first.
    """
    above = (folder / "fixtures" for folder in Path(__file__).parents)
    return next(folder for folder in above if (folder / "schema.json").is_file())


def load_interactions() -> list[Interaction]:
    """Read every fixture of both CRMs, in the order of their names."""
    return [
        Interaction(file, crm, json.loads(file.read_text(encoding="utf-8")))
        for crm in CRMS
        for file in sorted((fixtures_folder() / crm).iterdir(), key=lambda one: one.name)
        if file.name.endswith(".json")
    ]


def differences(want: object, got: object, volatile: frozenset[str] = frozenset()) -> list[str]:
    """List where two JSON values differ, each place as a JSON Pointer; at a volatile one only the type counts."""
    return list(_iter_differences(want, got, volatile, ""))


def _iter_differences(want: object, got: object, volatile: frozenset[str], at: str) -> Iterator[str]:
    if json_type(want) != json_type(got):
        yield f"{at or '/'}: wanted {want!r}, got {got!r}"
    elif at in volatile:
        return
    elif isinstance(want, dict):
        wanted, found = cast("dict[str, object]", want), cast("dict[str, object]", got)
        for key in sorted(wanted.keys() ^ found.keys()):
            yield f"{at}/{key}: {'missing' if key in wanted else f'not wanted, got {found[key]!r}'}"
        for key in wanted.keys() & found.keys():
            yield from _iter_differences(wanted[key], found[key], volatile, f"{at}/{key}")
    elif isinstance(want, list):
        items, others = cast("list[object]", want), cast("list[object]", got)
        if len(items) != len(others):
            yield f"{at or '/'}: wanted {len(items)} items, got {len(others)}: {others!r}"
        for index, pair in enumerate(zip(items, others, strict=False)):
            yield from _iter_differences(*pair, volatile, f"{at}/{index}")
    elif want != got:
        yield f"{at or '/'}: wanted {want!r}, got {got!r}"


def json_type(value: object) -> str:
    """Name the JSON type of a value; `true` is no number."""
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (int | float, "number"), (str, "text"), (dict, "object"), (list, "list")):
        if isinstance(value, kind):
            return name
    raise TypeError(f"{value!r} is no JSON value")
