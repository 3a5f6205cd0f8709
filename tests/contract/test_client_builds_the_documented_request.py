"""The client's codec builds every fixture's request from the fixture's arguments, and reads every fixture's answer."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from crm_mcp import errors
from crm_mcp.messages import Request, Response
from crm_mcp.minicrm.models import Page
from tests.contract.interactions import Interaction, differences, load_interactions

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED_PARSERS = {"create_records": "write_results", "update_records": "write_results"}
"""Operations whose answers have one reading under another name."""
MEANING: dict[int, type[errors.CrmError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    404: errors.NotFoundError,
    405: errors.MethodNotAllowedError,
    500: errors.ServerFaultError,
}

CALLED = [one for one in load_interactions() if one.client is not None]
SENT = [one for one in CALLED if one.client is not None and "raises" not in one.client]
REFUSED_BY_CLIENT = [one for one in CALLED if one not in SENT]
ANSWERED = [one for one in CALLED if one.response["status"] < 300]
REFUSED_BY_CRM = [one for one in CALLED if one not in ANSWERED]


def id_of(interaction: Interaction) -> str:
    return interaction.id


def codec_of(interaction: Interaction, verb: str) -> Callable[..., Any]:
    assert interaction.client is not None
    operation: str = interaction.client["operation"]
    wire = importlib.import_module(f"crm_mcp.{interaction.crm}.wire")
    name = SHARED_PARSERS.get(operation, operation) if verb == "parse" else operation
    return getattr(wire, f"{verb}_{name}")


def build(interaction: Interaction) -> Request:
    assert interaction.client is not None
    return codec_of(interaction, "build")(**interaction.client["arguments"])


def comparable(request: dict[str, Any]) -> dict[str, Any]:
    """Return the request with its `Filters` as JSON, in which spaces do not count."""
    query = {name: json.loads(text) if name == "Filters" else text for name, text in request["query"].items()}
    return {**request, "query": query}


def answer_to(interaction: Interaction) -> Response:
    """Return the fixture's answer as the transport would hand it on."""
    want, sent = interaction.response, interaction.request
    body = json.dumps(want["body"]).encode() if interaction.body_kind == "json" else b"Project (PUT): refused"
    request = Request(sent["method"], sent["path"], tuple(sent["query"].items()), sent["body"])
    return Response(want["status"], body, want["content_type"], request)


@pytest.mark.parametrize("interaction", SENT, ids=id_of)
def test_the_client_builds_the_fixtures_request(interaction: Interaction):
    assert interaction.client is not None
    built = build(interaction)
    assert len(dict(built.query)) == len(built.query)
    got = {"method": built.method, "path": built.path, "query": dict(built.query), "body": built.body}
    want = interaction.client.get("request", interaction.request)
    want = {key: want[key] for key in got}
    assert differences(comparable(want), comparable(got)) == []


@pytest.mark.parametrize("interaction", REFUSED_BY_CLIENT, ids=id_of)
def test_the_client_refuses_what_the_fixture_says_it_refuses(interaction: Interaction):
    assert interaction.client is not None
    with pytest.raises(getattr(errors, interaction.client["raises"])):
        build(interaction)


@pytest.mark.parametrize("interaction", ANSWERED, ids=id_of)
def test_the_client_makes_of_the_fixtures_answer_what_the_fixture_says(interaction: Interaction):
    assert interaction.client is not None
    result = codec_of(interaction, "parse")(answer_to(interaction))
    if isinstance(result, Page):
        result = {"items": cast("Page[Any]", result).items, "total": result.total}
    assert result == interaction.client["result"]


@pytest.mark.parametrize("interaction", REFUSED_BY_CRM, ids=id_of)
def test_the_client_raises_what_the_fixtures_refusal_means(interaction: Interaction):
    response = answer_to(interaction)
    with pytest.raises(MEANING[response.status]) as caught:
        codec_of(interaction, "parse")(response)
    assert isinstance(caught.value, errors.RefusedError)
    assert caught.value.status == response.status


def test_every_operation_of_the_client_has_a_fixture():
    for crm in ("ivinex", "minicrm"):
        wire = importlib.import_module(f"crm_mcp.{crm}.wire")
        operations = {name.removeprefix("build_") for name in dir(wire) if name.startswith("build_")}
        used = {one.client["operation"] for one in SENT if one.client is not None and one.crm == crm}
        assert used == operations
