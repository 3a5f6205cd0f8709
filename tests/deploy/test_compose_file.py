"""compose.yaml is one that an engine takes, and what it starts has no right, secret or port that it does not need."""

from __future__ import annotations

import configparser
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.deploy.compose_file import COMPOSE, ROOT, SERVERS, SERVICES, image_command

SCHEMA = json.loads((ROOT / "packaging" / "schemas" / "compose-spec.schema.json").read_text(encoding="utf-8"))
FILES = ("compose.yaml", "deploy/compose.tls.yaml")
SCRIPT = ROOT / "deploy" / "prepare.sh"


@pytest.mark.parametrize("name", FILES)
def test_an_engine_takes_it(name: str) -> None:
    jsonschema.validate(
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8")), SCHEMA, cls=jsonschema.Draft7Validator
    )


def test_a_misspelt_key_would_be_seen() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {"services": {"crm-1": {"image": "x", "read_onyl": True}}}, SCHEMA, cls=jsonschema.Draft7Validator
        )


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_change_nothing_but_its_data(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in ("root", "0")
    assert service["restart"] == "unless-stopped"


def test_the_proxy_alone_can_be_reached_and_from_this_machine_alone() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["proxy"]["ports"])
    assert SERVICES["postgres"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"]["internal"]


def test_a_server_has_longer_to_end_than_its_calls_may_take_and_both_are_alike() -> None:
    assert SERVICES["crm-1"] == SERVICES["crm-2"]
    assert int(SERVICES["crm-1"]["stop_grace_period"].removesuffix("s")) > 25


def test_the_systemd_unit_starts_what_a_container_does_and_gives_it_as_long_to_end() -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]  # names keep their case
    unit.read(ROOT / "deploy" / "crm-mcp@.service", encoding="utf-8")
    program, *arguments = unit["Service"]["ExecStart"].split()
    without_host = [one for one in image_command("server") if one not in ("--host", "0.0.0.0")]  # noqa: S104
    assert [Path(program).name, *arguments] == [*without_host, "--port", "%i"]
    assert f"{unit['Service']['TimeoutStopSec']}s" == SERVICES["crm-1"]["stop_grace_period"]


def test_what_is_mounted_is_there() -> None:
    tls: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / FILES[1]).read_text(encoding="utf-8"))["services"]
    for service in [*SERVICES.values(), *tls.values()]:
        volumes: list[Any] = service.get("volumes", [])
        for volume in volumes:
            source = volume.partition(":")[0] if isinstance(volume, str) else volume["source"]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists(), volume


def test_no_password_is_in_a_file_of_the_repository_and_each_container_gets_its_own_alone(tmp_path: Path) -> None:
    assert SERVICES["proxy"].get("env_file", []) == []
    assert {name for name in SERVICES if "deploy/env/postgres.env" in SERVICES[name].get("env_file", [])} == {
        "postgres"
    }
    assert {name for name in SERVICES if "deploy/env/server.env" in SERVICES[name].get("env_file", [])} == {*SERVERS}
    assert "deploy/env/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    (tmp_path / "prepare.sh").write_bytes(SCRIPT.read_bytes())
    prepare(tmp_path)
    made = read_made(tmp_path)
    assert {f"deploy/env/{name}" for name in made} == {
        file for service in SERVICES.values() for file in service.get("env_file", [])
    }
    secrets = [line for text in made.values() for line in text.splitlines() if len(line.partition("=")[2]) == 64]
    assert len({line.partition("=")[2] for line in secrets}) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "env").iterdir()} == {0o600}
    assert prepare(tmp_path, "--fake").count("is there already") == 3
    assert made == read_made(tmp_path)


def prepare(folder: Path, *options: str) -> str:
    command = ["/bin/sh", str(folder / "prepare.sh"), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout


def read_made(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / "env").iterdir()}
