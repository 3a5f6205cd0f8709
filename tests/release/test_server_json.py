"""server.json is what the MCP registry takes, and says what the code and the bundle's form say."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from release.project import NAME, PACKAGING, REPOSITORY, ROOT, VERSION, registry_name
from release.server_description import SCHEMA, SERVER_JSON, describe_server, read_manifest, render, with_bundle
from tests.snapshots import HOW, README

SCHEMA_FILE = PACKAGING / "schemas" / "server-2025-12-11.schema.json"


def check_schema(description: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert schema["$id"] == SCHEMA
    jsonschema.validate(description, schema, format_checker=jsonschema.FormatChecker())


def test_it_keeps_the_registrys_schema_with_the_bundle_and_without() -> None:
    description = json.loads(SERVER_JSON.read_text(encoding="utf-8"))
    check_schema(description)
    check_schema(with_bundle(description, "crm.mcpb", "0" * 64))
    with pytest.raises(jsonschema.ValidationError):
        check_schema(description | {"description": "x" * 101})


def test_it_is_made_of_the_project_and_the_form() -> None:
    assert SERVER_JSON.read_text(encoding="utf-8") == render(describe_server()), HOW


def test_the_readme_proves_that_the_distribution_is_that_server() -> None:
    assert f"mcp-name: {registry_name()}" in README.read_text(encoding="utf-8")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", registry_name())


def test_every_variable_is_a_setting_and_those_that_are_secret_are_marked() -> None:
    (package,) = describe_server()["packages"]
    assert (package["identifier"], package["version"]) == (NAME, VERSION)
    variables = {variable["name"]: variable for variable in package["environmentVariables"]}
    assert set(variables) == set(read_manifest()["server"]["mcp_config"]["env"])
    secret = {name for name, variable in variables.items() if variable.get("isSecret")}
    assert secret == {"MINICRM_API_KEY", "IVINEX_PASSWORD"}


def test_no_file_but_pyproject_names_an_address_of_its_own() -> None:
    for icon in describe_server()["icons"]:
        path = icon["src"].removeprefix(f"{REPOSITORY}/raw/v{VERSION}/")
        assert (ROOT / path).is_file()
    manifest = json.dumps(read_manifest())
    assert not re.search(r"https://(?!r3\.minicrm\.hu|yourname\.ivinex\.com)", manifest)
