"""What a client's answer to a question means, and what the installer is told of questions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult, ErrorData

import crm_mcp.minicrm
from crm_mcp.doctor import examine
from crm_mcp.languages import Texts
from crm_mcp.safe_writes.consent.words import QuestionWords
from tests.crm_mcp.safe_writes.playing import Era, Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

HUNGARIAN = QuestionWords(Texts(crm_mcp.minicrm.__file__, "hu"))
TRASH: dict[str, Any] = {"project_id": 6001, "fields": {"Deleted": 1}}


class Odd(User):
    """Accepts, but sends a content of its own, or answers with a JSON-RPC error."""

    def __init__(self, content: dict[str, Any] | ErrorData | None) -> None:
        super().__init__()
        self.content = content
        self.schema: dict[str, Any] = {}

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """Accept oddly."""
        await super().__call__(context, params)
        assert isinstance(params, ElicitRequestFormParams)
        self.schema = dict(params.requested_schema)
        return (
            self.content if isinstance(self.content, ErrorData) else ElicitResult(action="accept", content=self.content)
        )


@pytest.mark.parametrize("era", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"confirm": False}, "said no"),
        ({"confirm": "no"}, "said no"),
        ({"confirm": "maybe"}, "could not be read"),
        ({"confirm": ["yes"]}, "could not be read"),
    ],
)
def test_an_accepted_question_whose_content_is_no_yes_is_no_consent(
    fake: Fake, content: dict[str, Any], says: str, era: Era
) -> None:
    said = play(lambda client: fail(client, "update_project", **TRASH), user=Odd(content), era=era)
    assert says in said
    assert "Nothing was written" in said
    assert fake.writes() == []


@pytest.mark.parametrize("era", ["legacy", "auto"])
@pytest.mark.parametrize("content", [None, {}, {"confirm": None}, {"confirm": True}, {"comment": "go on"}])
def test_an_accepted_question_is_a_yes_unless_its_content_says_otherwise(
    fake: Fake, content: dict[str, Any] | None, era: Era
) -> None:
    user = Odd(content)
    play(lambda client: call(client, "update_project", **TRASH), user=user, era=era)
    assert user.schema["properties"] == {"confirm": {"default": True, "title": "Yes, do this", "type": "boolean"}}
    assert len(user.asked) == 1
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_a_decline_that_the_person_may_not_have_seen_is_told_with_the_way_out(fake: Fake, era: Era) -> None:
    said = play(lambda client: fail(client, "update_project", **TRASH), user=User("decline"), era=era)
    assert "declined; some clients do so without showing the question. Nothing was written." in said
    assert "CRM_MCP_UNCONFIRMED_WRITES=1" in said
    assert fake.writes() == []


@pytest.mark.parametrize("code", [-32601, -32600, -32603, -1])
def test_a_client_that_answers_the_question_with_an_error_is_told_as_one_that_cannot_ask(fake: Fake, code: int) -> None:
    user = Odd(ErrorData(code=code, message="no such thing as elicitation/create"))
    said = play(lambda client: fail(client, "update_project", **TRASH), user=user, era="legacy")
    for words in ("cannot ask", "Nothing was written", "CRM_MCP_UNCONFIRMED_WRITES=1"):
        assert words in said
    assert fake.writes() == []


def test_since_2026_such_a_client_ends_its_call_itself_and_nothing_was_written(fake: Fake) -> None:
    """The error stays on the client's side: the server only asked by the result of a call that is never repeated."""
    user = Odd(ErrorData(code=-32601, message="no such thing as elicitation/create"))

    async def scene(client: Client) -> None:
        with pytest.raises(MCPError, match="no such thing"):
            await client.call_tool("update_project", TRASH)

    play(scene, user=user)
    assert fake.writes() == []


def test_an_answer_to_another_question_is_no_consent(fake: Fake) -> None:
    """The project is renamed while the user reads, so they are asked again, by the new name."""
    user = User()

    class Renaming(User):
        """Has a colleague who renames the project meanwhile, once."""

        async def __call__(
            self, context: ClientRequestContext, params: ElicitRequestParams
        ) -> ElicitResult | ErrorData:
            """Rename, then accept."""
            if not self.asked:
                fake.change("Project/6001", Name="Another name")
            return await super().__call__(context, params)

    user = Renaming()
    play(lambda client: call(client, "update_project", **TRASH), user=user)
    assert ['"Third floor' in user.asked[0], '"Another name"' in user.asked[1]] == [True, True]
    assert len(user.asked) == 2


def test_the_doctor_says_whether_the_user_is_asked(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fake.url
    said = str(asyncio.run(examine())[0])
    assert "emptying a long text need the user's consent" in said
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    assert "nobody is asked" in str(asyncio.run(examine())[0])
    monkeypatch.setenv("CRM_MCP_READ_ONLY", "1")
    assert str(asyncio.run(examine())[0]) == "server: read only"


def test_read_only_beats_the_installers_leave(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")

    async def scene(client: Client) -> str:
        return str((await client.call_tool("update_project", TRASH)).content)

    assert "Unknown tool" in play(scene, read_only=True)
    assert fake.requests() == []


@pytest.mark.parametrize("era", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("tool", "arguments", "asks"),
    [
        (
            "update_project",
            {"project_id": 6001, "fields": {"Deleted": 1, "StatusId": "Lost"}},
            "Áthelyezzek 1 MiniCRM-adatlapot a lomtárba úgy, hogy ez is változik: státusz „Lost”? Érintett: ",
        ),
        (
            "update_task",
            {"task_ids": list(range(7001, 7012)), "status": "closed"},
            "Módosítsak 11 MiniCRM-teendőt? Új érték: állapot „lezárt”. Érintettek: ",
        ),
    ],
)
def test_a_hungarian_account_is_asked_in_hungarian(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tool: str, arguments: dict[str, Any], asks: str, era: Era
) -> None:
    assert fake.url
    monkeypatch.setenv("MINICRM_LANGUAGE", "hu")
    user = Odd({"confirm": False})

    async def scene(client: Client) -> None:
        if "task_ids" in arguments:
            plan = await call(client, tool, **arguments)
            await fail(client, tool, plan_id=plan["plan_id"])
        else:
            await fail(client, tool, **arguments)

    play(scene, user=user, era=era)
    (question,) = user.asked
    assert question.startswith(asks)
    assert user.schema["properties"]["confirm"]["title"] == "Igen, mehet"


def test_hungarian_quotation_marks_in_a_name_end_no_quotation() -> None:
    said = HUNGARIAN.quoted("A” (1)? Igen „x" + "y" * 100)
    assert said.startswith("„A' (1)? Igen 'xyyy")
    assert said.endswith("karakter)”")
