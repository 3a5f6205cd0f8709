"""The .mcpb bundle: its manifest is true, and a host that unpacks it and fills in its form gets a working server."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client, StdioServerParameters

from mockserver.fake_process import running_fake
from release import bundle
from release.project import NAME, PACKAGING, VERSION
from release.server_description import MANIFEST, read_manifest
from tests.snapshots import HOW, render_manifest
from tests.support.transports import quiet_environment

MINICRM = {"minicrm_system_id": "10001", "minicrm_api_key": "demo-api-key"}
IVINEX = {"ivinex_username": "demo", "ivinex_password": "demo-password", "ivinex_modules": "contact=1001,note=1002"}


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as a host unpacks it; a zip archive is what the packer makes."""
    folder = tmp_path_factory.mktemp("bundle")
    bundle.stage(wheel, folder / "staged")
    packed = shutil.make_archive(str(folder / "packed"), "zip", folder / "staged")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "Claude Extensions")
    return folder / "Claude Extensions"


def test_the_manifest_keeps_its_schema() -> None:
    schema = json.loads((PACKAGING / "schemas" / "mcpb-manifest-v0.4.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(read_manifest(), schema)


def test_the_manifest_has_the_version_and_the_tools_of_the_code() -> None:
    assert MANIFEST.read_text(encoding="utf-8") == render_manifest(), HOW


def test_whatever_is_secret_is_marked_and_neither_crm_is_demanded() -> None:
    asked = read_manifest()["user_config"]
    secret = {name for name in asked if any(word in name for word in ("key", "password", "token", "secret"))}
    assert (
        {name for name, option in asked.items() if option.get("sensitive")}
        == secret
        == {
            "minicrm_api_key",
            "ivinex_password",
        }
    )
    assert not any(option["required"] or "default" in option for name, option in asked.items() if name in secret)
    assert not [name for name, option in asked.items() if option["required"]]
    assert asked["read_only"]["default"] is True


def test_the_form_is_handed_on_whole() -> None:
    manifest = read_manifest()
    handed_on = manifest["server"]["mcp_config"]["env"].values()
    assert sorted(handed_on) == sorted(f"${{user_config.{name}}}" for name in manifest["user_config"])


def test_everything_that_the_manifest_names_is_in_the_bundle(unpacked: Path) -> None:
    manifest = read_manifest()
    icons = [manifest["icon"], *(icon["src"] for icon in manifest["icons"])]
    for name in [
        manifest["server"]["entry_point"],
        *icons,
        manifest["localization"]["resources"].replace("${locale}", "hu-HU"),
    ]:
        assert (unpacked / name).is_file(), name
    for icon in manifest["icons"]:
        size = (unpacked / icon["src"]).read_bytes()[16:24]  # of a PNG: width and height
        assert f"{int.from_bytes(size[:4])}x{int.from_bytes(size[4:])}" == icon["size"]
    hungarian = json.loads((unpacked / "mcpb-resources" / "hu-HU.json").read_text(encoding="utf-8"))
    assert {"display_name", "description", "long_description"} <= hungarian.keys() <= manifest.keys()


def test_its_project_installs_the_published_wheel_at_the_tested_versions(unpacked: Path, wheel: Path) -> None:
    project = tomllib.loads((unpacked / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dependencies"] == [NAME]
    source = unpacked / project["tool"]["uv"]["sources"][NAME]["path"]
    assert source.read_bytes() == wheel.read_bytes()
    assert any(pin.startswith("mcp==") for pin in project["tool"]["uv"]["constraint-dependencies"])


def test_who_packs_the_same_files_gets_the_same_bundle(wheel: Path, tmp_path: Path) -> None:
    bundle.stage(wheel, tmp_path / "staged")
    packed: list[bytes] = []
    for year in (2001, 2026):
        archive = tmp_path / f"{year}.mcpb"
        with zipfile.ZipFile(archive, "w") as written:
            for path in sorted(path for path in (tmp_path / "staged").rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(tmp_path / "staged").as_posix(), (year, 1, 1, 0, 0, 0))
                written.writestr(entry, path.read_bytes())
        bundle.forget_times(archive)
        packed.append(archive.read_bytes())
        with zipfile.ZipFile(archive) as read:
            assert read.read("server/main.py") == (tmp_path / "staged" / "server" / "main.py").read_bytes()
    assert packed[0] == packed[1]


def fill_in(unpacked: Path, form: dict[str, Any], unfilled: str) -> tuple[list[str], dict[str, str]]:
    """Return arguments and environment as a host makes them of the manifest.

    Args:
        unpacked: Where the bundle is.
        form: What the person filled in.
        unfilled: What the host puts for a field that is empty and has no default; "placeholder" leaves it as it is.
    """
    config = read_manifest()["server"]["mcp_config"]
    values = {"__dirname": str(unpacked)}
    for name, option in read_manifest()["user_config"].items():
        value = form.get(name, option.get("default"))
        if value is not None:
            values[f"user_config.{name}"] = str(value).lower() if isinstance(value, bool) else str(value)
        elif unfilled != "placeholder":
            values[f"user_config.{name}"] = unfilled

    def substitute(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        return text

    return [substitute(word) for word in config["args"]], {
        name: substitute(value) for name, value in config["env"].items()
    }


async def start(unpacked: Path, installed: Path, home: Path, form: dict[str, Any], unfilled: str) -> dict[str, Any]:
    """Start the server as a host does, but in the environment of these tests where a host's `uv` would make one."""
    arguments, environment = fill_in(unpacked, form, unfilled)
    assert arguments[:4] == ["run", "--no-dev", "--directory", str(unpacked)]
    outside = quiet_environment({"PYTHONPATH": str(installed), "XDG_CONFIG_HOME": str(home), "HOME": str(home)})
    del outside["CRM_MCP_SETTINGS"]
    command = StdioServerParameters(
        command=sys.executable, args=arguments[4:], env=outside | environment, cwd=str(unpacked)
    )
    async with Client(command, mode="auto") as client:
        told: dict[str, Any] = {"tools": [tool.name for tool in (await client.list_tools()).tools]}
        assert client.server_info is not None
        told["version"] = client.server_info.version
        if "search_projects" in told["tools"]:
            result = await client.call_tool("search_projects", {"query": "oak"})
            told["search"] = result.structured_content or result.content
        return told


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with running_fake("--seed", "demo") as server:
        yield server.url


@pytest.mark.slow
@pytest.mark.parametrize("unfilled", ["", "placeholder", "undefined"])
def test_with_the_form_of_one_crm_filled_in_the_unpacked_copy_answers_and_cannot_write(
    unfilled: str, unpacked: Path, installed: Path, fake: str, tmp_path: Path
) -> None:
    form = MINICRM | {"minicrm_url": fake}
    told = asyncio.run(start(unpacked, installed, tmp_path, form, unfilled))
    assert told["version"] == VERSION
    assert "items" in told["search"], told["search"]
    assert not {"search_records", "create_project", "update_project"} & set(told["tools"])


@pytest.mark.slow
def test_with_both_crms_and_writing_allowed_all_default_tools_are_there(
    unpacked: Path, installed: Path, fake: str, tmp_path: Path
) -> None:
    form = MINICRM | IVINEX | {"minicrm_url": fake, "ivinex_url": fake, "read_only": False, "language": "hu"}
    told = asyncio.run(start(unpacked, installed, tmp_path, form, "placeholder"))
    assert told["tools"] == [tool["name"] for tool in read_manifest()["tools"]]


@pytest.mark.slow
def test_with_an_empty_form_the_host_is_told_what_to_fill_in(unpacked: Path, installed: Path, tmp_path: Path) -> None:
    told = asyncio.run(start(unpacked, installed, tmp_path, {}, "placeholder"))
    assert told["tools"] == ["list_modules"]
