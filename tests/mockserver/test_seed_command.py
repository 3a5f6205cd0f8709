"""`crm-mock seed` as its user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.seeds.load import SEED_NAMES, parse_seed, read_schema, read_seed


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["seed", *arguments])


@pytest.mark.parametrize("name", SEED_NAMES)
def test_a_built_in_seed_is_printed_in_either_format(name: str):
    assert parse_seed(run(name).stdout_bytes, "x") == read_seed(name)
    assert parse_seed(run(name, "--format", "yaml").stdout_bytes, "x", is_yaml=True) == read_seed(name)


def test_a_seed_file_is_turned_into_the_other_format(tmp_path: Path):
    path = tmp_path / "demo.yaml"
    assert run("demo", "--out", str(path)).exit_code == 0

    assert path.read_text().startswith("# yaml-language-server: $schema=seed.schema.json\n")
    assert json.loads(run(str(path)).stdout) == read_seed("demo")


def test_the_same_options_make_the_same_bytes_in_any_process(tmp_path: Path):
    made: list[bytes] = []
    for hash_seed in ("1", "2"):
        out = tmp_path / f"{hash_seed}.json"
        command = [
            sys.executable,
            "-m",
            "mockserver",
            "seed",
            "--generate",
            "300",
            "--random-seed",
            "5",
            "--out",
            str(out),
        ]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"})
        made.append(out.read_bytes())

    assert made[0] == made[1] == run("--generate", "300", "--random-seed", "5").stdout_bytes
    assert made[0] != run("--generate", "300").stdout_bytes


def test_made_data_rests_on_the_base_that_was_named(tmp_path: Path):
    base = tmp_path / "base.yaml"
    base.write_text("ivinex: {modules: {5: {name: thing, fields: {size: {type: number}}}}}")

    made = json.loads(run("--generate", "10", "--base", str(base)).stdout)
    assert len(made["ivinex"]["modules"]["5"]["records"]) == 10
    assert "minicrm" not in made


def test_check_says_what_a_seed_holds_or_what_is_wrong_with_it(tmp_path: Path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("minicrm: {contacts: [{Id: 1, Type: Person}]}")
    bad.write_text("minicrm:\n  contacts:\n  - Id: 1\n    Type: Robot\n")

    result = run("--check", str(good))
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{good} can be loaded: " in result.stdout
    assert "1 contacts" in result.stdout
    for arguments in (["--check", str(bad)], ["--generate", "1", "--base", str(bad)]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        message = f"crm-mock: the seed file {str(bad)!r}, line 4, column 5: minicrm.contacts[0].Type: write"
        assert result.stderr.startswith(message)
        assert result.stderr.count("\n") == 1


def test_the_schema_is_printed():
    assert run("--schema").stdout_bytes == read_schema()


@pytest.mark.parametrize("arguments", [[], ["demo", "--generate", "1"], ["--schema", "--check", "demo"]])
def test_one_thing_at_a_time(arguments: list[str]):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "name one seed to print" in result.stderr


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path):
    result = run("demo", "--out", str(tmp_path / "no" / "such.json"))
    assert result.exit_code == 2
    assert "crm-mock: cannot write" in result.stderr
    assert run("nosuch.json").exit_code == 2
