"""Modules and the database schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_MODULES = "Services / Modules"
_DETAILS = "Services / Modules with details"
_SCHEMA = "Services / Database Schema"
_TYPE = re.compile(r"(?:Int|DateTime|Boolean|Text\(\d+\)|File\(\d+MB\))")


@rule("minicrm.modules.names", source=_MODULES)
def check_names(minicrm: MinicrmAccount) -> None:
    """Category answers an object of the modules' names by their ids, which are digits."""
    response = minicrm.get(f"{ROOT}/Category")
    for module, name in read_object(response).items():
        expect(module.isdigit(), "the keys to be ids", repr(module), response)
        expect(isinstance(name, str) and bool(name), f"the name of module {module}", repr(name), response)


@rule("minicrm.modules.details", source=_DETAILS)
def check_details(minicrm: MinicrmAccount) -> None:
    """Category?Detailed=1 answers the same modules by id, each with its settings, its name the same."""
    names = minicrm.list_modules()
    response = minicrm.get(f"{ROOT}/Category", Detailed="1")
    details = read_object(response)
    expect_equal(sorted(details), sorted(names), "the ids of the modules", response)
    keys = ("Id", "OrderId", "Name", "Type", "SenderName", "SenderEmail", "Phone")
    for module, settings in details.items():
        missing = [name for name in keys if name not in settings]
        expect(not missing, f"the keys {', '.join(keys)}", f"module {module} without {', '.join(missing)}", response)
        expect_equal(settings["Name"], names[module], f"the Name of module {module}", response)
        for name in ("Id", "OrderId"):
            expect(isinstance(settings[name], int), f"{name} to be a number", repr(settings[name]), response)
        for name in ("Type", "SenderName", "SenderEmail"):
            expect(isinstance(settings[name], str), f"{name} to be text", repr(settings[name]), response)
        is_phone = settings["Phone"] == "" or isinstance(settings["Phone"], int)
        expect(is_phone, "Phone to be a number or empty text", repr(settings["Phone"]), response)


@rule("minicrm.schema.project", source=_SCHEMA)
def check_project(minicrm: MinicrmAccount) -> None:
    """The schema of a module's projects has Id, CategoryId, ContactId, StatusId, UserId, Name and Deleted."""
    for module in list(minicrm.list_modules())[:4]:
        response = minicrm.get(f"{ROOT}/Schema/Project/{module}")
        schema = read_object(response)
        missing = [name for name in ("Id", "CategoryId", "ContactId", "StatusId", "UserId", "Name", "Deleted")
                   if name not in schema]  # fmt: skip
        expect(not missing, "all built-in fields", f"a schema without {', '.join(missing)}", response)


@rule("minicrm.schema.types", source=_SCHEMA)
def check_types(minicrm: MinicrmAccount) -> None:
    """A field of a schema is a type (Int, Text(n), DateTime, File(nMB), Boolean) or its choices, texts by id."""
    paths = ["Person", "Business", *(f"Project/{module}" for module in list(minicrm.list_modules())[:4])]
    for path in paths:
        response = minicrm.get(f"{ROOT}/Schema/{path}")
        for name, kind in read_object(response).items():
            if isinstance(kind, str):
                expect(bool(_TYPE.fullmatch(kind)), f"{name} to have a documented type", repr(kind), response)
            elif kind != []:  # PHP prints no choices as an empty list
                expect(isinstance(kind, dict), f"{name} to be a type or choices", repr(kind), response)
                for choice, label in cast("dict[str, object]", kind).items():
                    is_so = choice.lstrip("-").isdigit() and isinstance(label, str)
                    expect(is_so, f"the choices of {name} to be texts by id", f"{choice!r}: {label!r}", response)


@rule("minicrm.schema.built-in-types", source=_SCHEMA)
def check_built_in_types(minicrm: MinicrmAccount) -> None:
    """Id and ContactId are of type Int, Name is a Text, CategoryId, StatusId and UserId have choices."""
    response = minicrm.get(f"{ROOT}/Schema/Project/{minicrm.main_module}")
    schema = read_object(response)
    for name in ("Id", "ContactId"):
        expect_equal(schema[name], "Int", f"the type of {name}", response)
    expect(str(schema["Name"]).startswith("Text("), "Name to be a Text", schema["Name"], response)
    for name in ("CategoryId", "StatusId", "UserId"):
        expect(isinstance(schema[name], dict), f"{name} to have choices", repr(schema[name]), response)


@rule("minicrm.schema.categories", source=_SCHEMA)
def check_categories(minicrm: MinicrmAccount) -> None:
    """The choices of CategoryId are the modules that Category lists."""
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.main_module}"))
    expect_equal(schema["CategoryId"], minicrm.list_modules(), "the choices of CategoryId")


@rule("minicrm.schema.statuses", source=_SCHEMA)
def check_statuses(minicrm: MinicrmAccount) -> None:
    """Every status that a module's projects have is one of its schema's, and modules have schemas of their own."""
    projects = minicrm.list_projects()
    schemas = {module: read_object(minicrm.get(f"{ROOT}/Schema/Project/{module}"))
               for module in sorted({str(row["CategoryId"]) for row in projects.values()})}  # fmt: skip
    for project_id, row in projects.items():
        known = schemas[row["CategoryId"]]["StatusId"]
        status = str(row.get("StatusId"))
        expect(status in known, f"status {status} of project {project_id} in its schema", sorted(known))


@rule("minicrm.schema.contacts", source=_SCHEMA)
def check_contacts(minicrm: MinicrmAccount) -> None:
    """The schemas of Person and Business describe the fields that the details of contacts have."""
    for path, keys in (("Person", ("Id", "FirstName", "LastName", "Email")), ("Business", ("Id", "Name", "Email"))):
        response = minicrm.get(f"{ROOT}/Schema/{path}")
        missing = [name for name in keys if name not in read_object(response)]
        expect(not missing, f"the fields {', '.join(keys)}", f"a schema without {', '.join(missing)}", response)


@rule("minicrm.schema.unknown", source="Error handling")
def check_unknown(minicrm: MinicrmAccount) -> None:
    """A schema of what does not exist is refused with 404 or 400."""
    for path in ("Schema/Project/999999989", "Schema/Nonsense", "Schema/Project/abc"):
        response = minicrm.send("GET", f"{ROOT}/{path}")
        expect(response.status in (400, 404), f"status 404 or 400 for {path}", response.describe(), response)
