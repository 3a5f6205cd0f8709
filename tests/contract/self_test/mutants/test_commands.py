"""`python -m tests.contract.self_test.mutants`: the table of kills, and a mutant over a socket."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
from click.testing import CliRunner

from tests.contract.self_test.mutants.__main__ import main

_ROOT = Path(__file__).parents[4]
_NAME = "ivinex.offset-ignored"


def test_the_table_tells_what_is_wrong_and_which_rule_kills_it():
    done = CliRunner().invoke(main, [_NAME, "--first", "--format", "json"])
    assert done.exit_code == 0, done.output
    [entry] = json.loads(done.stdout)
    assert entry["id"] == _NAME
    assert "the same page for ever" in entry["title"]
    assert entry["killed_by"][0]["message"]


def test_an_unknown_name_is_refused_with_those_that_there_are():
    done = CliRunner().invoke(main, ["ivinex.no-such-fake"])
    assert done.exit_code == 1
    assert _NAME in done.output


def test_a_mutant_is_served_over_a_socket():
    command = [sys.executable, "-m", "tests.contract.self_test.mutants", "serve", _NAME, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            with httpx.Client(base_url=url, auth=("demo", "demo-password"), trust_env=False) as http:
                pages = [
                    http.get("/API/Records.php", params={"CollectionTypeID": "1001", "Limit": "2", "Offset": offset})
                    for offset in ("0", "2")
                ]
            assert pages[0].json() == pages[1].json()
        finally:
            process.terminate()
