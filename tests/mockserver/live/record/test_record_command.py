"""`crm-mock record` as its user runs it: a process of its own in front of a fake that plays the live account."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from mockserver.fake_process import running_fake
from tests.crm_mcp.transport.local_server import Handler, fresh, serving
from tests.mockserver.live.record.test_scrubbing import assert_valid
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN

pytestmark = pytest.mark.slow

LOGINS = {
    "IVINEX_USERNAME": IVINEX_LOGIN[0],
    "IVINEX_PASSWORD": IVINEX_LOGIN[1],
    "MINICRM_SYSTEM_ID": MINICRM_LOGIN[0],
    "MINICRM_API_KEY": MINICRM_LOGIN[1],
}
COMMAND = [sys.executable, "-W", "error", "-m", "mockserver", "record"]


@pytest.fixture(scope="module")
def account() -> Generator[str]:
    with running_fake("--profile", "observed", "--deviation", "requests-are-limited=off") as server:
        yield server.url


def build_environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IVINEX_", "MINICRM_", "CRM_"))}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[4]), **more}


class Proxy:
    """A running proxy, a client of it, and where it writes."""

    def __init__(self, url: str, folder: Path, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.folder = folder
        self._process = process

    def get(self, path: str, **more: str) -> httpx.Response:
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            return client.get(path, params=more or None)

    def end(self) -> str:
        self._process.send_signal(signal.SIGTERM)
        out, err = self._process.communicate(timeout=120)
        assert (self._process.returncode, out) == (0, "")
        return err

    def read_all(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.rglob("*.json")))


@contextlib.contextmanager
def recording(folder: Path, *options: str, **environment: str) -> Generator[Proxy]:
    out = folder / "recordings"
    command = [*COMMAND, "--port", "0", "--out", str(out), *options]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=build_environment(**environment),
        cwd=folder,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), process.stderr.read() if process.stderr else line
            yield Proxy(line.split()[-1], out, process)
        finally:
            process.kill()


def test_a_session_is_passed_on_untouched_and_recorded_without_a_trace_of_anybody(account: str, tmp_path: Path) -> None:
    with recording(tmp_path, "--upstream", account, **LOGINS) as proxy:
        people = proxy.get("/Api/R3/Contact", Type="Person").json()["Results"]
        detail = proxy.get(f"/Api/R3/Contact/{next(iter(people))}")
        records = proxy.get("/API/Records.php", CollectionTypeID="1001", Limit="5").json()["Records"]
        told = proxy.end()

    direct = httpx.get(detail.url.copy_with(port=httpx.URL(account).port), auth=MINICRM_LOGIN, trust_env=False)
    assert detail.content == direct.content
    files = sorted(proxy.folder.rglob("*.json"))
    assert [file.parent.name for file in files] == ["ivinex", "minicrm", "minicrm"]
    for file in files:
        assert_valid(json.loads(file.read_text(encoding="utf-8")))
        assert f"{file.parent.name}/{file.stem}" in told
    written = proxy.read_all() + "".join(str(file) for file in files)
    for row in [*people.values(), *records]:
        for key in ("Name", "Email", "Phone", "full_name", "email", "phone"):
            assert str(row.get(key) or "nobody@") not in written
            assert str(row.get(key) or "nobody@") not in told
    for text in (*LOGINS.values(), account):
        if text != "demo":
            assert text not in written
            assert text not in told.replace(f"at {account}", "")


def test_the_callers_login_goes_on_and_is_not_kept(account: str, tmp_path: Path) -> None:
    with recording(tmp_path, "--upstream", account, "--crm", "minicrm") as proxy:
        with httpx.Client(base_url=proxy.url, trust_env=False) as client:
            assert client.get("/Api/R3/Category", auth=MINICRM_LOGIN).status_code == 200
            assert client.get("/Api/R3/Category", auth=("10001", "wrong-api-key")).status_code == 401
            assert client.get("/Api/R3/Category").status_code == 401
            assert client.get("/API/Records.php", auth=IVINEX_LOGIN).status_code == 404
        told = proxy.end()
    assert "not recorded: the account refused the login" in told
    for text in ("api-key", "Basic", "10001"):
        assert text not in proxy.read_all() + told


def test_a_second_run_with_the_same_key_writes_the_same(account: str, tmp_path: Path) -> None:
    written: list[str] = []
    for _ in range(2):
        with recording(tmp_path, "--upstream", account, "--key", str(tmp_path / "my.key"), **LOGINS) as proxy:
            proxy.get("/Api/R3/Schema/Person")
            proxy.end()
        written.append(proxy.read_all())
        for file in proxy.folder.rglob("*.json"):
            file.unlink()
    assert written[0] == written[1] != ""


def test_nothing_that_could_change_the_account_reaches_it(account: str, tmp_path: Path) -> None:
    with recording(tmp_path, "--upstream", account, **LOGINS) as proxy, httpx.Client(trust_env=False) as client:
        client.delete(f"{account}/_control/requests")
        refused = [
            client.put(f"{proxy.url}/Api/R3/Contact", json={"Type": "Person", "LastName": "Nobody"}),
            client.post(f"{proxy.url}/API/Records.php", json={"Records": []}),
            client.delete(f"{proxy.url}/Api/R3/Contact/1"),
            client.get(f"{proxy.url}/Api/R3/PurgePerson/1"),
            client.get(f"{proxy.url}/Api/R3/Project/%2e%2e/PurgePerson/1"),
            client.get(f"{proxy.url}/Api/R3/Category", headers={"Host": "evil.example"}),
            client.get(f"{proxy.url}/Api/R3/Category", headers={"Origin": "https://evil.example"}),
        ]
        assert client.get(f"{account}/_control/requests").json() == []
        proxy.end()
    assert [answer.status_code for answer in refused] == [405, 405, 405, 405, 405, 403, 403]
    assert "--allow-writes" in refused[0].text
    assert proxy.read_all() == ""


def test_writing_goes_through_where_it_was_asked_for(account: str, tmp_path: Path) -> None:
    with recording(tmp_path, "--upstream", account, "--allow-writes", **LOGINS) as proxy:
        with httpx.Client(base_url=proxy.url, trust_env=False) as client:
            made = client.put("/Api/R3/Contact", json={"Type": "Person", "LastName": "Wexler"})
            assert client.get("/Api/R3/PurgePerson/1").status_code == 405
        proxy.end()
    assert made.status_code == 200
    (file,) = proxy.folder.rglob("22-contact-create-*.json")
    fixture = json.loads(file.read_text(encoding="utf-8"))
    assert_valid(fixture)
    assert fixture["request"]["body"]["Type"] == "Person"
    assert fixture["request"]["body"]["LastName"] != "Wexler"


def test_an_encoding_reaches_the_account_as_it_was_sent(account: str, tmp_path: Path) -> None:
    target = "/Api/R3/Project?Query=a%2Bb+c%20d%252B&UpdatedSince=2013-03-01+12:00:00"
    with recording(tmp_path, "--upstream", account, **LOGINS) as proxy:
        host, port = proxy.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=120) as caller:
            caller.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            assert caller.recv(15) == b"HTTP/1.1 200 OK"
        proxy.end()
    journal = httpx.get(f"{account}/_control/requests", trust_env=False).json()
    assert dict(journal[-1]["query"]) == {"Query": "a+b c d%2B", "UpdatedSince": "2013-03-01 12:00:00"}


def test_a_redirect_is_handed_back_without_its_aim_and_not_followed(tmp_path: Path) -> None:
    class Redirecting(Handler):
        def do_GET(self) -> None:  # noqa: N802 - the standard library's name
            self.seen.append({"path": self.path})
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

    handler = fresh(Redirecting)
    with serving(handler) as url, recording(tmp_path, "--upstream", url, **LOGINS) as proxy:
        answer = proxy.get("/Api/R3/Category")
        assert "check the address" in proxy.end()
    assert (answer.status_code, "location" in answer.headers) == (302, False)
    assert handler.seen == [{"path": "/Api/R3/Category"}]


def test_an_account_that_does_not_answer_is_a_502_that_says_what_to_check(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with recording(tmp_path, "--upstream", url, **LOGINS) as proxy:
        answer = proxy.get("/Api/R3/Category")
        told = proxy.end()
    assert answer.status_code == 502
    assert "check the address" in answer.text
    assert "demo-api-key" not in answer.text + told


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        (["--crm", "ivinex"], {}, "IVINEX_URL is not set"),
        (["--upstream", "http://crm.example"], {}, "plain http:// would show the login"),
        ([], {"MINICRM_SYSTEM_ID": "10001"}, "MINICRM_API_KEY is missing"),
        (["--key", "."], {}, "is a directory"),
        ([], {"CRM_MCP_CA_FILE": "nowhere.pem"}, "CRM_MCP_CA_FILE"),
    ],
)
def test_a_wrong_setting_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, options: list[str], environment: dict[str, str], message: str
) -> None:
    result = subprocess.run(
        [*COMMAND, "--out", "x", "--port", "0", *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=build_environment(**environment),
        cwd=tmp_path,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
