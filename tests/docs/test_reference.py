"""What the reference lists is what the code has: generated tables are as the code writes them, and links lead on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.settings import ServerSettings
from mockserver.control.routes import Control
from mockserver.registry import CRMS
from mockserver.seeds.load import read_seed
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.fault_plan import KINDS
from mockserver.workspaces.workspace import Workspace
from tests.docs.pages import DOCS, ROOT, list_pages
from tests.snapshots import DEVIATIONS, GENERATED, HOW, REFERENCE, SETTINGS, read_table

CONTROL = REFERENCE / "control-api.md"
ARCHITECTURE = DOCS / "explanation" / "architecture.md"
ROOM_COLUMN = 35
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize(("page", "name"), GENERATED, ids=lambda part: part if isinstance(part, str) else part.name)
def test_a_generated_part_is_what_the_code_says(page: Path, name: str) -> None:
    assert read_table(page, name) == GENERATED[page, name](), HOW


def test_every_setting_is_told_and_none_that_is_gone() -> None:
    rows = re.findall(r"^\| (.*?) \|", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == list_defaults().keys()


def test_every_default_that_is_a_number_is_told() -> None:
    rows = SETTINGS.read_text(encoding="utf-8").splitlines()
    numbers = {name: value for name, value in list_defaults().items() if type(value) in {int, float}}
    assert len(numbers) > 8
    told = {name for name in numbers for row in rows if f"`{name}`" in row and f"default {numbers[name]:g}" in row}
    assert told == numbers.keys()


def list_defaults() -> dict[str, object]:
    """Return each setting with its default."""
    return {
        f"{settings.model_config.get('env_prefix', '')}{name.upper()}": field.default
        for settings in (ServerSettings, MinicrmSettings, IvinexSettings)
        for name, field in settings.model_fields.items()
    }


def test_every_switch_that_the_page_shows_exists() -> None:
    text = DEVIATIONS.read_text(encoding="utf-8")
    shown = re.findall(r"--deviation ([a-z0-9-]+)", text)
    for example in re.findall(r'\{"deviations": (\{[^}]*\})', text):
        shown += json.loads(example)
    assert shown
    assert set(shown) <= {deviation.name for entry in CRMS for deviation in entry.deviations}


def test_every_control_endpoint_and_every_fault_is_told() -> None:
    text = CONTROL.read_text(encoding="utf-8")
    workspaces = Workspaces(Workspace(read_seed("empty")))
    told = set(re.findall(r"^### `([A-Z]+) (/_control/[^`]+)`", text, re.MULTILINE))
    for path, methods in Control(workspaces).describe_endpoints():
        shown = path.replace("NAME", "{name}")
        assert {(method, shown) for method in methods} <= told, path
    workspaces.close()
    assert sorted(re.findall(r"^\| `(\w+)` \| (?:yes|no) \|", text, re.MULTILINE)) == sorted(KINDS)


@pytest.mark.parametrize(("title", "package"), [("The client: one direction", "crm_mcp"), ("The fake", "mockserver")])
def test_every_room_that_the_architecture_lists_exists(title: str, package: str) -> None:
    listed = ARCHITECTURE.read_text(encoding="utf-8").partition(f"## {title}\n\n```\n")[2].partition("```")[0]
    rooms = [room.removeprefix("<crm>") for line in listed.splitlines() for room in line[:ROOM_COLUMN].split()]
    folders = [ROOT / package, ROOT / package / "ivinex", ROOT / package / "minicrm"]
    missing = [room for room in rooms if not any(_is_room(folder / room.strip("/")) for folder in folders)]
    assert len(rooms) > 10
    assert missing == []


def test_the_map_of_the_tests_has_every_folder() -> None:
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    folders = {file.parent.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").glob("*/**/*.py")}
    assert sorted(folder for folder in folders if f"`{folder}/" not in text) == []


def _is_room(place: Path) -> bool:
    return place.is_dir() or place.with_suffix(".py").is_file()


@pytest.mark.parametrize("page", list_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        path, _, anchor = unquote(link).partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = page if not path else (page.parent / path).resolve()
        assert target.is_file(), f"{page.name} links {link}"
        assert DOCS not in page.parents or DOCS in target.parents, f"{link} leads out of the site"
        assert not anchor or anchor in anchors_of(target), f"{page.name} links {link}"


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_navigation_and_begins_with_what_the_reader_will_have() -> None:
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert [page for page in pages if f'"{page}"' not in navigation] == []
    beginning = re.compile(r"^# .*\n\n(At the end|After this page|Az oldal végére) ", re.MULTILINE)
    lacking = [page for page in pages if not beginning.search((DOCS / page).read_text(encoding="utf-8"))]
    assert lacking == ["index.md"]
