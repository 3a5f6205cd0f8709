"""Schemathesis, from outside, finds no fault with a running fake: no server error, nothing its document leaves out.

By itself a run is short and always the same. `make schemathesis` makes long ones that differ: SCHEMATHESIS_EXAMPLES is
how many requests each operation gets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any, cast

import pytest

from mockserver.fake_process import running_fake
from tests.openapi.documents import read_document

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
FOLDER = Path(str(resources.files("fixtures").joinpath("openapi").joinpath("schemathesis.toml"))).parent
COMMAND = (sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()")
SHORT = ("--max-examples", "3", "--seed", "1", "--generation-deterministic", "--phases")
# Every boundary of every parameter and body once; or some requests at random, and what follows from one another.
BOUNDARIES, AT_RANDOM = "examples,coverage", "examples,fuzzing,stateful"
LONG = ("--max-examples", str(EXAMPLES), "--generation-database", "none")
# Else nearly every answer would be 429; and a server error which the documents describe is one all the same.
OBSERVED = ("--deviation", "requests-are-limited=off", "--deviation", "unknown-choice-id-is-500=off")


def open_inner_schemas(node: Any) -> Any:
    """Return a document in which parameters of JSON as text are `content`, which Schemathesis fills with such JSON.

    Generators of clients know no `content` there, so that the document itself has texts with a `contentSchema`.
    """
    if isinstance(node, list):
        return [open_inner_schemas(each) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    opened = {key: open_inner_schemas(value) for key, value in cast("dict[str, Any]", node).items()}
    schema = cast("dict[str, Any]", opened["schema"]) if isinstance(opened.get("schema"), dict) else {}
    if "in" not in opened or "contentSchema" not in schema:
        return opened
    inside: dict[str, Any] = {"schema": schema["contentSchema"], "example": json.loads(opened["example"])}
    others = {key: value for key, value in opened.items() if key not in {"schema", "example"}}
    return {**others, "content": {"application/json": inside}}


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
    document = tmp_path / f"{name}.json"
    document.write_text(json.dumps(open_inner_schemas(read_document(name))), encoding="utf-8")
    with running_fake("--seed", seed, "--profile", profile, *(OBSERVED if profile == "observed" else ())) as fake:
        run = subprocess.run(
            [
                *(*COMMAND, "--config-file", str(FOLDER / "schemathesis.toml")),
                *("run", str(document), "--url", fake.url, "--no-color"),
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
