"""Every fixture's request and answer are what the OpenAPI documents describe."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.harness.documented.interactions import Interaction, load_interactions
from tests.openapi.documents import find_errors, find_path, read_document, resolve

NARROWER = {
    "minicrm/37c-invoice-create-by-reference-id": "CustomerId is asked for, so that made-up requests name a customer",
    "minicrm/48-offer-create": "days are asked for up to the 28th, so that made-up ones are days of any month",
}
"""Requests that the fake takes and its document, which requests are made up from, does not describe; and why."""

each_interaction = pytest.mark.parametrize("interaction", load_interactions(), ids=lambda one: one.id)


def find_operation(interaction: Interaction) -> dict[str, Any] | None:
    path = find_path(interaction.crm, interaction.request["path"].rstrip("/"))
    operations = read_document(interaction.crm)["paths"].get(path, {})
    return operations.get(interaction.request["method"].lower())


def read_parameter(schema: dict[str, Any], text: str) -> list[object]:
    """Return what a text in a query may stand for: itself, and the number that it is."""
    digits = text.removeprefix("-")
    return [text, int(text)] if digits.isascii() and digits.isdigit() and schema else [text]


def find_request_errors(interaction: Interaction, operation: dict[str, Any]) -> list[str]:
    crm, request = interaction.crm, interaction.request
    found: list[str] = []
    parameters = {each["name"]: each for each in (resolve(crm, one) for one in operation.get("parameters", []))}
    for name, text in request["query"].items():
        if name not in parameters:
            found.append(f"{name} is not described")
            continue
        schema = parameters[name]["schema"]
        inside = schema.get("contentSchema")
        values = [json.loads(text)] if inside else read_parameter(schema, text)
        schema = inside or schema
        errors = [find_errors(crm, schema, value) for value in values]
        found += [f"{name}: {error}" for error in min(errors, key=len)]
    found += [
        f"{name} is missing"
        for name, each in parameters.items()
        if each.get("required") and name not in request["query"] and each["in"] == "query"
    ]
    if "requestBody" in operation and "raw_body" not in request and request["body"] is not None:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        found += find_errors(crm, schema, request["body"])
    return found


@each_interaction
def test_a_request_that_is_answered_with_200_is_described(interaction: Interaction):
    if interaction.response["status"] != 200 or interaction.id in NARROWER:
        return
    operation = find_operation(interaction)
    assert operation is not None
    assert find_request_errors(interaction, operation) == []


@each_interaction
def test_an_answer_is_described(interaction: Interaction):
    crm, response = interaction.crm, interaction.response
    path = find_path(crm, interaction.request["path"].rstrip("/"))
    item = read_document(crm)["paths"][path or "/Api/R3/Category"]
    operation = item.get(interaction.request["method"].lower()) or next(iter(item.values()))
    answer = resolve(crm, operation["responses"][str(response["status"])])
    if interaction.body_kind == "any":
        return
    media = answer["content"][response["content_type"]]
    if interaction.body_kind == "json":
        assert find_errors(crm, media["schema"], response["body"]) == []
