"""Schemathesis, from outside, finds no fault with a running fake: no server error, nothing its document leaves out.

By itself a run is short and always the same. `make schemathesis` makes long ones that differ: SCHEMATHESIS_EXAMPLES is
how many requests each operation gets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from mockserver.fake_process import running_fake

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
FOLDER = Path(str(resources.files("fixtures").joinpath("openapi").joinpath("schemathesis.toml"))).parent
COMMAND = (sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()")
SHORT = ("--max-examples", "3", "--seed", "1", "--generation-deterministic", "--phases")
# Every boundary of every parameter and body once; or some requests at random, and what follows from one another.
BOUNDARIES, AT_RANDOM = "examples,coverage", "examples,fuzzing,stateful"
LONG = ("--max-examples", str(EXAMPLES), "--generation-database", "none")
# Else nearly every answer would be 429; and a server error which the documents describe is one all the same.
OBSERVED = ("--deviation", "requests-are-limited=off", "--deviation", "unknown-choice-id-is-500=off")


@pytest.mark.timeout(0 if EXAMPLES else 300)
@pytest.mark.parametrize(
    ("name", "seed", "profile", "phases"),
    [
        ("ivinex", "documented", "documented", BOUNDARIES),
        ("ivinex", "demo", "observed", AT_RANDOM),
        ("minicrm", "documented", "documented", BOUNDARIES),
        ("minicrm", "demo", "observed", AT_RANDOM),
        ("control", "demo", "documented", BOUNDARIES),
        *(
            [
                ("ivinex", "documented", "observed", ""),
                ("ivinex", "demo", "documented", ""),
                ("minicrm", "documented", "observed", ""),
                ("minicrm", "demo", "documented", ""),
                ("control", "documented", "observed", ""),
            ]
            if EXAMPLES
            else []
        ),
    ],
)
def test_schemathesis_finds_no_fault(tmp_path: Path, name: str, seed: str, profile: str, phases: str):
    with running_fake("--seed", seed, "--profile", profile, *(OBSERVED if profile == "observed" else ())) as fake:
        run = subprocess.run(
            [
                *(*COMMAND, "--config-file", str(FOLDER / "schemathesis.toml")),
                *("run", str(FOLDER / f"{name}.json"), "--url", fake.url, "--no-color"),
                *(LONG if EXAMPLES else (*SHORT, phases)),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    if EXAMPLES:
        sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
