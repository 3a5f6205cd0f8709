"""`crm-mcp skill`: the skill of these accounts, printed or written as a folder that agents read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_mcp.commands.connecting import WHICH_ACCOUNT, choose_one_account, connect
from crm_mcp.commands.ending import end_by_settings, end_with_problem
from crm_mcp.errors import CrmError, SettingsError
from crm_mcp.skill.head import LANGUAGES, MAIN_FILE, Language

if TYPE_CHECKING:
    from crm_mcp.skill.pages import Skill


@click.command(epilog="Example: crm-mcp skill --output ~/.claude/skills/crm")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Default: that of the account.")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    default=None,
    help="The skill's own folder, such as ~/.claude/skills/crm. Without it SKILL.md alone is printed.",
)
@click.option("--force", is_flag=True, help="Overwrite files that this command did not write.")
@click.option("--account", default="", help=WHICH_ACCOUNT)
def skill(*, language: Language | None, output: str | None, force: bool, account: str) -> None:
    """Write a skill for agents: what this account holds, and how to work in it."""
    folder = None if output is None else Path(output).expanduser()
    try:
        made = asyncio.run(_make(language, folder, account))
        if folder is None:
            click.echo(made.files[MAIN_FILE], nl=False)
            return
        from crm_mcp.skill.folder import write_folder

        for path in write_folder(folder, made.files, force=force):
            click.echo(path)
    except SettingsError as error:
        end_by_settings(error)
    except CrmError as error:
        end_with_problem("skill", error)
    except OSError as error:
        if folder is None:
            raise
        end_with_problem("skill", CrmError(f"{folder} cannot be written: {error.strerror}."))


async def _make(language: Language | None, folder: Path | None, account: str) -> Skill:
    """Return the skill of the account that is named, or of the only one, for the tools that its server offers.

    Raises:
        CrmError: The settings are wrong, or a CRM does not answer.
    """
    from crm_mcp.server import build_server
    from crm_mcp.skill.account_skill import AccountSkill
    from crm_mcp.skill.folder import language_of, make_skill

    settings, pool, store, all_connectors = connect()
    connectors = choose_one_account(all_connectors, account)
    name = connectors[0].account.name if len(connectors) < len(all_connectors) else ""
    server = build_server(connectors, pool, store=store, read_only=settings.read_only)
    tools = [tool.name for tool in await server.list_tools()]
    try:
        return await make_skill(
            pool, AccountSkill(connectors, tools, name), language or language_of(connectors), folder
        )
    finally:
        await store.close()
