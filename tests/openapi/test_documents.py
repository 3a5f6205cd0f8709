"""The OpenAPI documents say what the fake has: its endpoints, fields, operands and switches, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from jsonschema import Draft202012Validator

from mockserver.control.routes import ENDPOINTS, Control
from mockserver.ivinex.deviations import DEVIATIONS as IVINEX_DEVIATIONS
from mockserver.minicrm.deviations import DEVIATIONS as MINICRM_DEVIATIONS
from mockserver.minicrm.endpoints.addresses import ADDRESS_FIELDS
from mockserver.minicrm.routes import ROUTES
from mockserver.minicrm.schema import BUILT_IN_CONTACT_FIELDS
from mockserver.registry import list_deviations
from mockserver.seeds.load import read_seed
from tests.openapi.documents import NAMES, list_operations, read_document, read_raw, resolve
from tests.support.in_process import MINICRM_LOGIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mockserver.conftest import StartFake

each_document = pytest.mark.parametrize("name", NAMES)


def iter_references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():  # pyright: ignore[reportUnknownVariableType] - JSON
            if key == "$ref":
                yield str(value)  # pyright: ignore[reportUnknownArgumentType]
            else:
                yield from iter_references(value)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            yield from iter_references(value)  # pyright: ignore[reportUnknownArgumentType]


@each_document
def test_a_document_is_openapi_3_1_with_valid_schemas(name: str):
    document = read_document(name)
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def iter_nodes(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield cast("dict[str, Any]", node)
        for value in cast("dict[str, object]", node).values():
            yield from iter_nodes(value)
    elif isinstance(node, list):
        for value in cast("list[object]", node):
            yield from iter_nodes(value)


@each_document
def test_a_client_can_be_generated(name: str):
    """What openapi-python-client needs, and openapi-typescript, hey-api, orval and datamodel-codegen take as well."""
    document = read_document(name)
    for node in iter_nodes(document):
        if "enum" in node and isinstance(node["enum"], list):
            kinds = {type(value) for value in cast("list[object]", node["enum"])}
            assert len(kinds) == 1, f"an enum of mixed types: {node}"
            assert "type" in node, f"an enum without a type: {node}"
        if node.get("type") == "array":
            assert "items" in node or "prefixItems" in node, f"an array without items: {node}"
        assert "in" not in node or "schema" in node or "name" not in node, f"a parameter without a schema: {node}"
        for key in ("properties", "patternProperties", "$defs"):
            schemas = node.get(key)
            if isinstance(schemas, dict):
                booleans = [
                    each for each, schema in cast("dict[str, object]", schemas).items() if isinstance(schema, bool)
                ]
                assert not booleans, f"schemas that are booleans: {booleans}"
        for media in node.get("content", {}).values() if isinstance(node.get("content"), dict) else ():
            assert "schema" in media, f"a body without a schema: {node}"


@each_document
def test_every_reference_leads_somewhere_and_every_component_is_used(name: str):
    document = read_document(name)
    used = set(iter_references(document))
    for reference in used:
        assert resolve(name, {"$ref": reference}) is not None
    kinds = ("schemas", "parameters", "responses")
    assert used == {f"#/components/{kind}/{each}" for kind in kinds for each in document["components"][kind]}


@each_document
def test_every_operation_has_an_id_of_its_own_and_links_name_one(name: str):
    operations = list_operations(name)
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(set(ids)) == len(ids)
    for _, _, operation in operations:
        for answer in operation["responses"].values():
            assert {link["operationId"] for link in answer.get("links", {}).values()} <= set(ids)


@pytest.mark.parametrize("name", ["ivinex", "minicrm"])
def test_every_operation_answer_and_parameter_says_how_it_is_known(name: str):
    known = re.compile(r"documented|assumed|observed \(grades? [A-D](, [A-D])*\)")
    for path, method, operation in list_operations(name):
        described = [operation, *operation.get("parameters", []), *operation["responses"].values()]
        for node in described:
            assert known.fullmatch(resolve(name, node)["x-provenance"]), (path, method, node)


@pytest.mark.parametrize("name", ["ivinex", "minicrm"])
def test_every_operation_tells_of_a_wrong_login_and_a_wrong_method(name: str):
    for _, _, operation in list_operations(name):
        assert {"200", "401", "405"} <= operation["responses"].keys()


def test_minicrm_has_the_fakes_endpoints():
    described = {(path, method.upper()) for path, method, _ in list_operations("minicrm")}
    assert described == {(f"{route.root}/{route.path}", method) for route in ROUTES for method in route.endpoints}


def test_the_control_api_has_the_fakes_endpoints(start_fake: StartFake):
    described: dict[str, set[str]] = {}
    for path, method, _ in list_operations("control"):
        described.setdefault(path.replace("{name}", "NAME"), set()).add(method.upper())
    listed = Control(start_fake().app.workspaces).describe_endpoints()
    assert described == {path: set(methods) for path, methods in listed}


def test_the_control_apis_parameters_are_the_fakes():
    for path, _, operation in list_operations("control"):
        endpoint = ENDPOINTS.get(path.removeprefix("/_control/"))
        if endpoint and path != "/_control/requests":  # whose DELETE takes fewer
            names = {resolve("control", each)["name"] for each in operation.get("parameters", [])}
            assert names == set(endpoint.parameters)


def test_ivinex_has_the_fakes_operands(start_fake: StartFake):
    refusal = start_fake().filter({"Field": "email", "Operand": "Nothing", "Value": ""})
    listed = refusal.json()["Error"].partition("The operands are ")[2].rstrip(".").split(", ")
    assert read_document("ivinex")["components"]["schemas"]["Operand"]["enum"] == listed


@pytest.mark.parametrize(("schema", "kind"), [("PersonFields", "Person"), ("BusinessFields", "Business")])
def test_minicrm_has_the_fakes_contact_fields(schema: str, kind: Any):
    properties = read_document("minicrm")["components"]["schemas"][schema]["properties"]
    fields = BUILT_IN_CONTACT_FIELDS[kind]
    assert set(properties) == {*fields, "ReferenceId"} - {"Id"}
    for name, field in fields.items():
        if field.length:
            assert properties[name] == {"$ref": f"#/components/schemas/Text{field.length}"}


def test_minicrm_has_the_fakes_address_fields():
    schemas = read_document("minicrm")["components"]["schemas"]
    assert set(schemas["NewAddress"]["properties"]) == set(ADDRESS_FIELDS)
    history = {"CreatedBy", "CreatedAt", "UpdatedBy", "UpdatedAt"}
    assert set(schemas["Address"]["properties"]) == {"Id", *ADDRESS_FIELDS, *history}


@pytest.mark.parametrize(("name", "declared"), [("ivinex", IVINEX_DEVIATIONS), ("minicrm", MINICRM_DEVIATIONS)])
def test_every_switch_that_a_document_names_is_one(name: str, declared: Any):
    named = set(re.findall(r"the switch ([a-z0-9-]+)", read_raw(name).decode()))
    assert named
    assert named <= {deviation.name for deviation in declared}


def test_no_two_deviations_share_a_name():
    names = [deviation.name for deviation in list_deviations()]
    assert len(set(names)) == len(names)


@each_document
def test_the_fake_serves_the_document(start_fake: StartFake, name: str):
    answer = start_fake().client.get(f"/_control/openapi/{name}.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json().keys() == read_document(name).keys()
    assert name == "minicrm" or answer.content == read_raw(name)


@pytest.mark.parametrize("seed", ["documented", "demo"])
def test_the_served_document_names_ids_of_the_data_that_is_served(start_fake: StartFake, seed: str):
    fake = start_fake(dict(read_seed(seed)))
    served = fake.client.get("/_control/openapi/minicrm.json").json()
    for path in ("Project", "Contact", "ToDo", "ToDoList", "Address", "AddressList", "ProjectHistory", "EmailList"):
        (parameter,) = served["paths"][f"/Api/R3/{path}/{{id}}"]["get"]["parameters"][:1]
        sample = served["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]["example"]
        assert fake.client.get(f"/Api/R3/{path}/{sample}", auth=MINICRM_LOGIN).status_code == 200, path
    body = served["paths"]["/Api/R3/Project"]["put"]["requestBody"]["content"]["application/json"]["examples"]
    assert fake.client.put("/Api/R3/Project", json=body["documented"]["value"], auth=MINICRM_LOGIN).status_code == 200
