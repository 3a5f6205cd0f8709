"""`crm-mock drift` against a fake on a real socket that plays the live account."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.fake_process import FakeServer, running_fake
from tests.crm_mcp.transport.local_server import Handler, fresh, serving
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN

pytestmark = pytest.mark.slow

SETTINGS = {
    "IVINEX_USERNAME": IVINEX_LOGIN[0],
    "IVINEX_PASSWORD": IVINEX_LOGIN[1],
    "IVINEX_MODULES": "contact=1001,note=1002",
    "MINICRM_SYSTEM_ID": MINICRM_LOGIN[0],
    "MINICRM_API_KEY": MINICRM_LOGIN[1],
}
UNLIMITED = ("--deviation", "requests-are-limited=off")


@pytest.fixture(scope="module")
def live() -> Generator[FakeServer]:
    with running_fake("--profile", "observed", *UNLIMITED) as server:
        yield server


@pytest.fixture
def drift(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drift:
    monkeypatch.chdir(tmp_path)
    for name in ("IVINEX_URL", "MINICRM_URL", "CRM_MCP_TIMEOUT_S", "CRM_MCP_CA_FILE", "MINICRM_REQUESTS_PER_MINUTE"):
        monkeypatch.delenv(name, raising=False)
    return Drift()


class Drift:
    """Runs the command."""

    def __call__(self, url: str, *options: str, env: Mapping[str, str] = SETTINGS) -> Result:
        arguments = ["drift", "--upstream", url, "--requests-per-minute", "0", *options]
        cleared = dict.fromkeys(SETTINGS, "")
        return CliRunner().invoke(main, arguments, env={**cleared, **env})

    def read(self, url: str, *options: str) -> dict[str, Any]:
        return json.loads(self(url, "--format", "json", *options).stdout)


@contextlib.contextmanager
def live_account(*options: str) -> Generator[str]:
    with running_fake(*options, *UNLIMITED) as server:
        yield server.url


def test_the_fake_does_not_drift_from_itself_and_is_only_read(live: FakeServer, drift: Drift) -> None:
    httpx.delete(f"{live.url}/_control/requests", trust_env=False)
    result = drift(live.url, "--profile", "observed")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("no drift") == 2
    asked = httpx.get(f"{live.url}/_control/requests", params={"limit": "1000"}, trust_env=False).json()
    assert {one["method"] for one in asked} == {"GET"}
    assert len([one for one in asked if one["path"].startswith("/Api/R3")]) < 70


def test_an_account_with_other_data_and_other_fields_does_not_drift(drift: Drift) -> None:
    with live_account("--seed", "documented") as url:
        result = drift(url)
    assert (result.exit_code, result.stderr) == (0, ""), result.stdout


def test_live_shapes_drift_from_the_documented_ones_in_words_without_values(live: FakeServer, drift: Drift) -> None:
    result = drift(live.url, "--crm", "minicrm")

    assert result.exit_code == 1
    for line in (
        "GET /Project?...",
        "  Results.*.Id: type changed: whole number in the account, text in the fake",
        "  Results.*.ContactId: added (whole number), the fake never has it",
        "  the answer: status 400, in the fake 200",
        "  slashes: escaped as \\/ in the account, plain in the fake",
    ):
        assert f"{line}\n" in result.stdout
    assert "--profile observed" in result.stdout
    people = httpx.get(f"{live.url}/Api/R3/Contact?Type=Person", auth=MINICRM_LOGIN, trust_env=False).json()["Results"]
    for key, row in people.items():
        for value in (key, row["Name"], row["Email"]):
            assert value not in result.stdout


@pytest.mark.parametrize(
    ("deviation", "crm", "kind", "place"),
    [
        ("count-is-text", "minicrm", "type changed", "Count"),
        ("address-list-is-an-object", "minicrm", "type changed", "Results"),
        ("empty-results-are-a-list=off", "minicrm", "type changed", "Connections Results"),
        ("slashes-are-escaped", "minicrm", "form", "slashes"),
        ("deleted-is-int", "minicrm", "type changed", "Deleted"),
        ("empty-dates-are-zeros", "minicrm", None, None),
        ("search-answers-a-list", "ivinex", "type changed", ""),
    ],
)
def test_each_thing_that_a_server_does_otherwise_is_found_and_nothing_else(
    drift: Drift, deviation: str, crm: str, kind: str | None, place: str | None
) -> None:
    with live_account("--deviation", deviation) as url:
        report = drift.read(url, "--crm", crm)
    found = {(one["kind"], one["place"]) for one in report["comparisons"][0]["differences"]}
    assert found == {(kind, each) for each in (place or "").split(" ") if kind}
    assert report["drift"] == bool(kind)


def test_known_drift_is_accepted_and_what_is_gone_is_told(live: FakeServer, drift: Drift, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"
    options = ("--crm", "minicrm", "--baseline", str(baseline))
    assert drift(live.url, *options).exit_code == 2
    assert drift(live.url, *options, "--accept").exit_code == 0

    again = drift(live.url, *options)
    assert (again.exit_code, "no drift" in again.stdout) == (0, True)
    gone = drift(live.url, *options, "--profile", "observed")
    assert (gone.exit_code, "no longer found" in gone.stdout) == (0, True)
    known = json.loads(baseline.read_text())
    known["known"] = [one for one in known["known"] if one["kind"] != "added"]
    baseline.write_text(json.dumps(known))
    new = drift(live.url, *options)
    assert (new.exit_code, "type changed:" in new.stdout, "added (" in new.stdout) == (1, False, True)
    baseline.write_text("[]")
    assert "is no baseline" in drift(live.url, *options).stderr


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({}, "No account is set up"),
        ({**SETTINGS, "MINICRM_API_KEY": "wrong-secret"}, "MiniCRM refuses the login (401)"),
        ({**SETTINGS, "IVINEX_PASSWORD": "wrong-secret"}, "Ivinex refuses the login (401)"),
        ({**SETTINGS, "IVINEX_MODULES": ""}, "IVINEX_MODULES names no module"),
        ({**SETTINGS, "IVINEX_PASSWORD": ""}, "IVINEX_PASSWORD is missing"),
    ],
)
def test_an_account_that_cannot_be_asked_is_one_clear_line_and_exit_code_2(
    live: FakeServer, drift: Drift, env: dict[str, str], message: str
) -> None:
    result = drift(live.url, env=env)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


class Refusing(Handler):
    """Answers everything by one status."""

    status = 500

    def do_GET(self) -> None:  # noqa: N802 - the standard library's name
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.parametrize(
    ("status", "message"),
    [(500, "answers 500"), (302, "is not followed"), (429, "too many requests"), (403, "refuses the login")],
)
def test_an_account_that_answers_nothing_is_exit_code_2(drift: Drift, status: int, message: str) -> None:
    handler = fresh(Refusing)
    handler.status = status  # pyright: ignore[reportAttributeAccessIssue] - made from Refusing
    with serving(handler) as url:
        result = drift(url, "--crm", "minicrm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_an_account_that_is_not_there_is_exit_code_2(drift: Drift) -> None:
    with serving(Handler) as url:
        pass
    result = drift(url, "--crm", "minicrm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "check the address" in result.stderr
