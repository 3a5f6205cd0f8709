"""What a client's answer to a question means, and what the installer is told of questions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from crm_mcp.doctor import examine
from tests.crm_mcp.safe_writes.playing import Era, Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

TRASH: dict[str, Any] = {"project_id": 6001, "fields": {"Deleted": 1}}


class Odd(User):
    """Accepts, but sends a content of its own."""

    def __init__(self, content: dict[str, Any] | None) -> None:
        super().__init__()
        self.content = content
        self.schema: dict[str, Any] = {}

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Accept oddly."""
        await super().__call__(context, params)
        assert isinstance(params, ElicitRequestFormParams)
        self.schema = dict(params.requested_schema)
        return ElicitResult(action="accept", content=self.content)


@pytest.mark.parametrize("era", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("content", "says"),
    [({"confirm": False}, "said no"), (None, "no answer that fits"), ({"confirm": "maybe"}, "no answer that fits")],
)
def test_an_accepted_question_without_a_yes_is_no_consent(
    fake: Fake, content: dict[str, Any] | None, says: str, era: Era
) -> None:
    assert says in play(lambda client: fail(client, "update_project", **TRASH), user=Odd(content), era=era)
    assert fake.writes() == []


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_the_client_is_asked_for_one_yes_or_no_that_is_yes_unless_changed(fake: Fake, era: Era) -> None:
    user = Odd({})
    play(lambda client: call(client, "update_project", **TRASH), user=user, era=era)
    assert user.schema["properties"] == {"confirm": {"default": True, "title": "Yes, do this", "type": "boolean"}}
    assert len(fake.writes()) == 1


def test_an_answer_to_another_question_is_no_consent(fake: Fake) -> None:
    """The project is renamed while the user reads, so they are asked again, by the new name."""
    user = User()

    class Renaming(User):
        """Has a colleague who renames the project meanwhile, once."""

        async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
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
    assert "need a person's consent" in said
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    assert "written unasked where the client cannot ask" in str(asyncio.run(examine())[0])
    monkeypatch.setenv("CRM_MCP_READ_ONLY", "1")
    assert str(asyncio.run(examine())[0]) == "server: read only"


def test_read_only_beats_the_installers_leave(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")

    async def scene(client: Client) -> str:
        return str((await client.call_tool("update_project", TRASH)).content)

    assert "Unknown tool" in play(scene, read_only=True)
    assert fake.requests() == []
