"""`crm-mock serve --tls` speaks https by a CA of its own, which callers can get and keep."""

from __future__ import annotations

import re
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockserver.fake_process import FakeServer, running_fake
from mockserver.health_check import is_healthy
from mockserver.http.certificates import KEY_FILE, Authority, CertificateError
from mockserver.testing.control_client import ControlError
from mockserver.testing.crm_fake import CrmFake

LOGIN = ("10001", "demo-api-key")


@contextmanager
def running(*options: str) -> Generator[tuple[str, list[str]]]:
    """Start `crm-mock` and yield its address; what it says on stderr is in the list after its end."""
    said: list[str] = []
    command = [sys.executable, "-W", "error", "-m", "mockserver", *options, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().removeprefix("listening on ").strip(), said
        finally:
            process.terminate()
            said.append(process.communicate(timeout=120)[1])
    assert process.returncode == 0


def read_ca(url: str) -> str:
    return httpx.get(f"{url}/_control/ca.pem", verify=False).text  # noqa: S501 - how a caller begins


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    with running("serve", "--tls", "--seed", "demo") as (url, _):
        yield url


@pytest.mark.slow
def test_it_says_that_it_speaks_https_and_answers_whoever_trusts_its_ca(url: str):
    assert re.fullmatch(r"https://127\.0\.0\.1:\d+", url)
    trust = ssl.create_default_context(cadata=read_ca(url))
    with httpx.Client(verify=trust, auth=LOGIN) as client:
        page = client.get(f"{url}/Api/R3/Project?StatusGroup=Open").json()
        assert client.get(f"{url}/_control/health").json()["status"] == "ok"
    assert all(row["Url"].startswith(f"{url}/") for row in page["Results"].values())
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{url}/Api/R3/Category")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "crm-mock", "r3.minicrm.hu"])
def test_its_certificate_fits_every_name_it_is_asked_by(url: str, name: str):
    trust = ssl.create_default_context(cadata=read_ca(url))
    with (
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=120) as connection,
        trust.wrap_socket(connection, server_hostname=name) as secured,
    ):
        assert secured.version() in {"TLSv1.2", "TLSv1.3"}


@pytest.mark.slow
def test_a_name_that_no_certificate_can_hold_harms_nobody(url: str):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=120) as connection:
        context.wrap_socket(connection, server_hostname="under_score").close()
    assert read_ca(url)


@pytest.mark.slow
def test_the_health_check_of_its_image_knows_no_more_than_a_port_and_finds_it_healthy(url: str):
    assert is_healthy(url.replace("https:", "http:"))
    assert not is_healthy("http://127.0.0.1:9")


@pytest.mark.slow
def test_plain_http_is_refused_with_what_to_do(url: str):
    answer = httpx.get(f"{url.replace('https', 'http')}/Api/R3/Category", auth=LOGIN)

    assert answer.status_code == 400
    assert "begins with https://" in answer.text


@pytest.mark.slow
def test_the_ca_of_a_start_is_gone_with_it_and_that_of_a_folder_stays(tmp_path: Path):
    kept: list[str] = []
    files: list[Path] = []
    for options in ((), (), ("--ca-dir", str(tmp_path / "ca")), ("--ca-dir", str(tmp_path / "ca"))):
        with running("serve", "--tls", "--seed", "empty", *options) as (url, said):
            kept.append(read_ca(url))
        files.append(Path(re.findall(r"SSL_CERT_FILE=(\S+)", said[0])[0]))

    assert len(set(kept[:2])) == 2
    assert kept[2] == kept[3] == (tmp_path / "ca" / "ca.pem").read_text()
    assert [file.exists() for file in files] == [False, False, True, True]
    assert stat.S_IMODE((tmp_path / "ca" / KEY_FILE).stat().st_mode) == 0o600


def test_a_plain_fake_says_that_it_has_no_ca():
    with running("serve", "--seed", "empty") as (url, _):
        answer = httpx.get(f"{url}/_control/ca.pem")
        assert answer.status_code == 404
        assert "crm-mock serve --tls" in answer.json()["error"]


def test_a_fake_that_is_no_proxy_says_so_to_who_takes_it_for_one():
    with running("serve", "--seed", "empty") as (url, _):
        with httpx.Client(proxy=url) as client, pytest.raises(httpx.ProxyError, match="403"):
            client.get("https://r3.minicrm.hu/Api/R3/Category")
        assert "start crm-mock proxy" in httpx.get(f"{url}/_control/requests").json()[-1]["reason"]


@pytest.mark.slow
def test_what_a_proxy_says_can_be_taken_by_a_shell(tmp_path: Path):
    with running("proxy", "--seed", "empty", "--ca-dir", str(tmp_path / "the CA")) as (url, said):
        pass
    script = f'{said[0]}\nprintf \'%s\\n\' "$HTTPS_PROXY" "$SSL_CERT_FILE" "$NO_PROXY"'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [url, str(tmp_path / "the CA" / "ca.pem"), "localhost,127.0.0.1,::1"]


def test_processes_that_make_the_ca_of_a_folder_at_once_have_the_same(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(lambda: Authority(tmp_path / "ca").ca_pem) for _ in range(8)]
        made = {one.result() for one in done}
    assert len(made) == 1
    assert {file.name for file in (tmp_path / "ca").iterdir()} == {KEY_FILE}


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n"])
def test_a_folder_with_a_broken_ca_is_left_alone_and_said_to_be_one(tmp_path: Path, content: bytes):
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(CertificateError, match="cannot be used"):
        _ = Authority(tmp_path).ca_pem
    assert (tmp_path / KEY_FILE).read_bytes() == content


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("serve", "--ca-dir", "x"), "name --tls too"),
        (("serve", "--tls", "--ca-dir", "FILE/x"), "--ca-dir: the CA in"),
        (("proxy", "--ca-dir", "FILE/x"), "--ca-dir: the CA in"),
        (("proxy", "--quiet", "--ca-dir", "FILE/x"), "--ca-dir: the CA in"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, options: tuple[str, ...], said: str
):
    (tmp_path / "FILE").touch()
    command = [sys.executable, "-m", "mockserver", *options, "--port", "0", "--seed", "empty"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(f"crm-mock: .*{said}.*\n", done.stderr)


def test_the_fixture_has_the_same_workspace_by_https_and_by_the_real_address(crm_fake: CrmFake):
    tls = crm_fake.tls
    trust = ssl.create_default_context(cafile=str(tls.ca_file))
    assert httpx.get(f"{tls.url}/Api/R3/Category", auth=crm_fake.minicrm, verify=trust).status_code == 200
    with httpx.Client(proxy=tls.env["HTTPS_PROXY"], verify=trust, auth=crm_fake.minicrm) as client:
        assert client.get("https://r3.minicrm.hu/Api/R3/Category").status_code == 200
    assert len(crm_fake.requests()) == 2
    assert tls.env["SSL_CERT_FILE"] == str(tls.ca_file)


def test_the_file_of_the_ca_is_gone_with_the_workspace():
    with running_fake("--seed", "empty") as server:
        with server.new_workspace() as fake:
            file = fake.tls.ca_file
            assert file.exists()
        assert not file.parent.exists()


def test_a_fake_that_speaks_plain_http_says_so_to_the_fixture():
    with (
        running("serve", "--seed", "empty") as (url, _),
        FakeServer(url).new_workspace() as fake,
        pytest.raises(ControlError, match="crm-mock proxy"),
    ):
        _ = fake.tls
