"""A third CRM is one folder and one line on both sides: `client/` and `fake/` are added to a copy, and played."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.support.mcp_play import call, fail
from tests.support.transports import quiet_environment

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOKEN = "demo-people-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NAMES = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Ada Yonath")
PEOPLE = [{"name": name, "email": f"{name.split()[1].lower()}@example.com"} for name in NAMES]
MOST_LINES = 320


ADDED = {
    "crm_mcp": ("client", "from crm_mcp.people.connector import PeopleConnector", "    PeopleConnector,"),
    "mockserver": ("fake", "from mockserver.people.entry import ENTRY as PEOPLE", "    PEOPLE,"),
}
"""What a package gets: a folder, and a line in its registry with the import that it needs."""
LAST = {"crm_mcp": "    MinicrmConnector,", "mockserver": "    MINICRM,"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tree with the third CRM in it."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "fixtures", copy / "fixtures")
    for package, (folder, imported, line) in ADDED.items():
        shutil.copytree(ROOT / package, copy / package)
        shutil.copytree(HERE / folder, copy / package / "people")
        registry = copy / package / "registry.py"
        lines = registry.read_text(encoding="utf-8").splitlines()
        lines.insert(lines.index(LAST[package]) + 1, line)
        lines.insert(lines.index("from __future__ import annotations") + 1, imported)
        registry.write_text("\n".join(lines), encoding="utf-8")
    (copy / "seed.json").write_text(json.dumps({"people": {"people": PEOPLE}}), encoding="utf-8")
    return copy


def environment(tree: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {**quiet_environment(settings), "PYTHONPATH": str(tree)}


def run(tree: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment(tree, settings or {}),
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def url(tree: Path) -> Iterator[str]:
    """Start the fake of three CRMs."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", "seed.json"]
    with subprocess.Popen(command, env=environment(tree, {}), cwd=tree, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on "), line
            yield line.split()[-1]
        finally:
            process.terminate()


@pytest.fixture
def settings(url: str) -> dict[str, str]:
    httpx.post(f"{url}/_control/reset", trust_env=False).raise_for_status()
    return {"PEOPLE_URL": url, "PEOPLE_TOKEN": TOKEN}


def people(url: str) -> dict[int, str]:
    rows = [
        row
        for page in (0, 1)
        for row in httpx.get(f"{url}/people?page={page}", headers=BEARER, trust_env=False).json()["people"]
    ]
    return {row["id"]: row["name"] for row in rows}


def play(tree: Path, settings: Mapping[str, str], script: Any) -> None:
    async def session() -> None:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "crm_mcp"], env=environment(tree, settings), cwd=tree
        )
        async with Client(command) as client:
            await script(client)

    asyncio.run(session())


@pytest.mark.parametrize("side", ["client", "fake"])
def test_a_side_of_it_is_short(side: str) -> None:
    lines = [line for file in (HERE / side).glob("*.py") for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) <= MOST_LINES


def test_an_assistant_finds_creates_changes_and_exports(tree: Path, url: str, settings: dict[str, str]) -> None:
    async def script(client: Client) -> None:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {
            *("list_modules", "describe_module", "export_search", "undo_write"),
            *("search_people", "get_person", "create_person", "update_person"),
        }
        assert await call(client, "list_modules") == {"items": [{"id": "people", "name": "People"}]}

        first = await call(client, "search_people", limit=2)
        rest = await call(client, "search_people", limit=2, cursor=first["next_cursor"])
        assert [one["fields"]["name"] for one in first["items"] + rest["items"]] == list(NAMES)
        assert (first["total"], "next_cursor" in rest) == (4, False)
        (ada,) = (await call(client, "search_people", name="Lovelace"))["items"]
        assert "other arguments" in await fail(client, "search_people", name="x", cursor=first["next_cursor"])

        made = await call(client, "create_person", name="Kurt Gödel", email="godel@example.com")
        assert (await call(client, "get_person", person_id=made["id"]))["fields"]["name"] == "Kurt Gödel"
        refused = await fail(client, "create_person", name="Another", email="godel@example.com")
        assert f"Already there with this email: Kurt Gödel ({made['id']})" in refused

        changes = {"name": "Ada King"}
        shown = await call(client, "update_person", person_id=ada["id"], fields=changes, dry_run=True)
        assert people(url)[int(ada["id"])] == "Ada Lovelace"
        assert (await call(client, "update_person", plan_id=shown["plan_id"]))["id"] == ada["id"]
        assert people(url)[int(ada["id"])] == "Ada King"

        export = await call(client, "export_search", tool="search_people", arguments={"name": "Ada"})
        assert (export["rows"], export["exact"]) == (2, True)

    play(tree, settings, script)


def test_a_missing_record_and_a_wrong_token_are_said_in_words(tree: Path, settings: dict[str, str]) -> None:
    async def script(client: Client) -> None:
        assert "People answered 404 to GET /people/99" in await fail(client, "get_person", person_id=99)

    play(tree, settings, script)
    result = run(tree, "crm_mcp", "doctor", settings={**settings, "PEOPLE_TOKEN": "wrong-token"})
    assert result.returncode == 1
    assert "must check PEOPLE_TOKEN" in result.stdout
    assert "wrong-token" not in result.stdout


def test_the_doctor_and_the_hint_for_who_has_no_crm_know_it(tree: Path, settings: dict[str, str]) -> None:
    result = run(tree, "crm_mcp", "doctor", settings=settings)
    assert (result.returncode, "People: login works, 4 people" in result.stdout) == (0, True), result.stdout
    missing = run(tree, "crm_mcp", "tools")
    assert (missing.returncode, "  People:   PEOPLE_URL, PEOPLE_TOKEN" in missing.stderr) == (2, True)


@pytest.mark.usefixtures("settings")
def test_the_fake_gives_it_workspaces_a_journal_and_the_hint_of_a_near_miss(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
        made = client.post("/_control/workspaces", json={"name": "own", "seed": "empty"}).json()
        own = {"Authorization": f"Bearer {made['people']['token']}"}
        assert client.get("/people", headers=own).json() == {"people": []}
        assert client.get("/people", headers={"Authorization": "Bearer wrong"}).status_code == 401
        refused = client.get("/_control/requests", params={"status": "401"}).json()[-1]
        assert "No People account here has this token." in refused["hints"]
        assert client.get("/_control/health").json()["counts"]["people"] == {"people": len(PEOPLE)}
        client.delete("/_control/workspaces/own").raise_for_status()


def test_drift_and_the_generator_reach_it(tree: Path, settings: dict[str, str]) -> None:
    drift = run(tree, "mockserver", "drift", "--crm", "people", settings=settings)
    assert (drift.returncode, "People at " in drift.stdout) == (0, True), drift.stderr
    generated = run(tree, "mockserver", "seed", "--generate", "6", "--base", "seed.json")
    assert len(json.loads(generated.stdout)["people"]["people"]) == len(PEOPLE) + 6


def test_the_environment_of_a_fixture_has_it(tree: Path) -> None:
    code = (
        "from mockserver.respx_mount import mounted_fake\n"
        "with mounted_fake(seed='empty') as fake:\n"
        "    print(fake.env['PEOPLE_URL'], fake.env['PEOPLE_TOKEN'])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["https://people.example", TOKEN]
