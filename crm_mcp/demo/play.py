"""Starts the fake and the server, plays the session, prints it."""

from __future__ import annotations

import tempfile

from mcp import Client

from crm_mcp.demo.assistant import Assistant, Person
from crm_mcp.demo.processes import describe_server, running_fake
from crm_mcp.demo.session import NOW, choose_settings, play_session
from crm_mcp.demo.stage import Stage
from crm_mcp.languages import Texts, current

_texts = Texts(__file__)


async def play(stage: Stage) -> None:
    """Play the session and print it, in the language of people.

    Raises:
        DemoError: A step failed.
    """
    language = current()
    with running_fake(language, NOW) as url, tempfile.TemporaryDirectory() as folder:
        server = describe_server(url, folder, choose_settings(language))
        person = Person(stage)
        async with Client(server, elicitation_callback=person) as client:
            tools = (await client.list_tools()).tools
            stage.begin(
                [
                    _texts.text("crm-mcp demo: an assistant's session, played for real"),
                    _texts.text("assistant -> crm-mcp (MCP over stdio) -> crm-mock (a fake of both CRMs, HTTP)"),
                    _texts.text("{count} tools. For the CRMs it is Monday, 23 November 2026, 9:00.", count=len(tools)),
                ]
            )
            await play_session(Assistant(client, stage, person), stage)
    stage.end(
        _texts.text("Done."),
        _texts.text("Next: crm-mcp setup, for your own CRM and your assistant."),
        _texts.text("Or try it by hand on the same data: docs/tutorial.md in the repository."),
    )
