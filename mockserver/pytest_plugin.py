"""The pytest plugin: the fixture `crm_fake`, a workspace of the fake for each test, and its journal in failure reports.

Every pytest that has this distribution installed loads this file, so it imports nothing beyond pytest before a test
asks for the fixture, and no fixture is autouse. A test process starts its fake on first use and ends it with the run.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

if TYPE_CHECKING:
    from mockserver.fake_process import FakeServer
    from mockserver.testing.crm_fake import CrmFake

__all__ = ["CrmFakeServers", "crm_fake", "crm_fake_servers"]

MARKER = "crm_fake"
SECTION = "crm-mock journal"
CHOICES = {"profile": ("documented", "observed"), "language": ("en", "hu")}
DEVIATIONS = "deviations"
DEVIATIONS_HELP = "points of the profile turned on or off, one NAME or NAME=off a line"
OPTIONS = {
    "seed": ("demo", "what crm_fake is filled with: demo, documented, empty, or a seed file, relative to rootdir"),
    "profile": ("", "documented (which it is by default) answers as the documents print, observed as live servers do"),
    "language": ("", "language of MiniCRM's labels and error texts: en (which it is by default) or hu"),
}
URL_INI = "crm_fake_url"
URL_HELP = "a fake that runs already, such as http://127.0.0.1:8080 (also the variable CRM_MOCK_URL); empty starts one"

_fake_key = pytest.StashKey["CrmFake"]()
_journal_key = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `crm_fake_url`, and as `crm_fake_...` all that the marker takes, in the ini file."""
    for name, (default, description) in OPTIONS.items():
        parser.addini(f"crm_fake_{name}", description, default=default)
    parser.addini(f"crm_fake_{DEVIATIONS}", DEVIATIONS_HELP, type="linelist")
    parser.addini(URL_INI, URL_HELP, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, for `--strict-markers` and `pytest --markers`."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(seed=..., profile=..., language=..., deviations=...): how the fixture crm_fake begins in this test; "
        "the ini options crm_fake_seed, crm_fake_profile, crm_fake_language and crm_fake_deviations say it for all.",
    )


class CrmFakeServers:
    """The fakes of a test process: none at first, then one for each pair of profile and language that tests ask for.

    Args:
        url: A fake that runs already and stands for all of them; empty starts them.
        token: The bearer token of that fake's control endpoints.
    """

    def __init__(self, url: str = "", token: str = "") -> None:
        self._url = url
        self._token = token
        self._stack = ExitStack()
        self._servers: dict[tuple[str, str], FakeServer] = {}

    def get_server(self, profile: str = "", language: str = "") -> FakeServer:
        """Return the fake for a profile and a language, started now if it is the first time.

        Raises:
            ControlError: It cannot be started or reached, or the one that runs already has another profile or language.
        """
        if self._url:
            return self._get_running(profile, language)
        from mockserver.fake_process import running_fake

        key = (profile or "documented", language or "en")
        if key not in self._servers:
            options = ("--seed", "empty", "--profile", key[0], "--language", key[1])
            self._servers[key] = self._stack.enter_context(running_fake(*options))
        return self._servers[key]

    def _get_running(self, profile: str, language: str) -> FakeServer:
        from mockserver.fake_process import FakeServer
        from mockserver.testing.control_client import ControlError

        server = FakeServer(self._url, self._token)
        if profile or language:
            health = server.read_health()
            for name, wanted in (("profile", profile), ("language", language)):
                if wanted and health[name] != wanted:
                    raise ControlError(
                        f"{name}: the test wants {wanted!r}, but the fake at {self._url} was started with"
                        f" {health[name]!r}; start it with --{name} {wanted}, or leave {URL_INI} out"
                    )
        return server

    def close(self) -> None:
        """End the fakes that were started."""
        self._stack.close()


@pytest.fixture(scope="session")
def crm_fake_servers(pytestconfig: pytest.Config) -> Generator[CrmFakeServers]:
    """The running fakes of this test process, for fixtures of a wider scope.

    `crm_fake_servers.get_server().new_workspace(seed="demo")` is a context manager that gives what `crm_fake` gives.
    """
    url = os.environ.get("CRM_MOCK_URL") or pytestconfig.getini(URL_INI)
    servers = CrmFakeServers(url, os.environ.get("CRM_MOCK_CONTROL_TOKEN", ""))
    yield servers
    servers.close()


@pytest.fixture
def crm_fake(request: pytest.FixtureRequest) -> Generator[CrmFake]:
    """Both CRMs, faked, with data, logins, journal, clock and faults of this test's own."""
    item: pytest.Item = request.node
    options = _choose_options(item)
    servers: CrmFakeServers = request.getfixturevalue("crm_fake_servers")
    from mockserver.crm.api import SeedError
    from mockserver.testing.control_client import ControlError

    with ExitStack() as stack:
        try:
            server = servers.get_server(options["profile"], options["language"])
            workspace = server.new_workspace(
                options["seed"], name=item.name, deviations=options[DEVIATIONS], folder=item.config.rootpath
            )
            fake = stack.enter_context(workspace)
        except (ControlError, SeedError) as error:
            pytest.fail(f"crm_fake: {error}", pytrace=False)
        item.stash[_fake_key] = fake
        yield fake
        del item.stash[_fake_key]
        # A fixture of the test may still fail while it is torn down, after the workspace is gone.
        item.stash[_journal_key] = fake.describe_requests()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the workspace's journal to the report of a failed test."""
    report = yield
    if report.failed:
        journal = _read_journal(item)
        if journal:
            report.sections.append((SECTION, journal))
    return report


def _read_journal(item: pytest.Item) -> str:
    fake = item.stash.get(_fake_key, None)
    if fake is None:
        return item.stash.get(_journal_key, "")
    from mockserver.testing.control_client import ControlError

    try:
        return fake.describe_requests() or "(no request came)"
    except ControlError as error:
        return str(error)


def _choose_options(item: pytest.Item) -> dict[str, Any]:
    """Return seed, profile, language and deviations for a test: the nearest marker's, else the ini file's.

    Raises:
        pytest.fail.Exception: A marker or the ini file says something that cannot be.
    """
    chosen: dict[str, Any] = {name: item.config.getini(f"crm_fake_{name}") for name in OPTIONS}
    chosen[DEVIATIONS] = _read_switches(item.config.getini(f"crm_fake_{DEVIATIONS}"))
    for marker in reversed(list(item.iter_markers(MARKER))):
        if marker.args:
            _refuse(f'the marker takes names: @pytest.mark.{MARKER}(seed="demo"), not {marker.args[0]!r}')
        for name, value in marker.kwargs.items():
            if name not in chosen:
                from mockserver.documents.near_misses import suggest

                _refuse(f"{name}: no such option; the marker has {', '.join(chosen)}.{suggest(name, chosen)}")
            chosen[name] = {**chosen[name], **_check_switches(value)} if name == DEVIATIONS else value
    for name, values in CHOICES.items():
        if chosen[name] and chosen[name] not in values:
            _refuse(f"{name}: must be {' or '.join(values)}, not {chosen[name]!r}")
    return chosen


def _check_switches(value: object) -> Mapping[str, bool]:
    if not isinstance(value, Mapping):
        _refuse(f'{DEVIATIONS}: must be like {{"count-is-text": True}}, not {value!r}')
    return cast("Mapping[str, bool]", value)


def _read_switches(lines: Sequence[str]) -> Mapping[str, bool]:
    if not lines:
        return {}
    from mockserver.crm.profiles import DeviationError, parse_switches
    from mockserver.registry import list_deviations

    try:
        return parse_switches(lines, list_deviations())
    except DeviationError as error:
        _refuse(f"crm_fake_{DEVIATIONS}: {error}")


def _refuse(message: str) -> NoReturn:
    pytest.fail(f"crm_fake: {message}", pytrace=False)
