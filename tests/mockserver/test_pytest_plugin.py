"""The pytest plugin as another project meets it: found by its entry point, in test runs of that project's own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.fake_process import FakeServer

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

# Slow to load, and nothing to do with what is tested.
OTHERS = ("schemathesis", "hypothesispytest", "faker", "anyio", "respx")
WITHOUT_OTHERS = [word for name in OTHERS for word in ("-p", f"no:{name}")]
ASK = """
    import urllib.error, urllib.request
    from base64 import b64encode

    def ask(url, login, path):
        token = b64encode(":".join(login).encode()).decode()
        request = urllib.request.Request(url + path, headers={"Authorization": "Basic " + token})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
"""


@pytest.fixture
def project(pytester: pytest.Pytester, fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose tests find a fake that runs already, so that each run is quick."""
    monkeypatch.setenv("CRM_MOCK_URL", fake_server.url)
    pytester.makepyfile(asking=ASK)
    return pytester


def test_a_run_without_the_fixture_starts_and_imports_nothing(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import sys

        def test_nothing_came_along(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("crm_mock")
            loaded = {name for name in sys.modules if name.startswith("mockserver")}
            assert loaded == {"mockserver", "mockserver.pytest_plugin"}
        """
    )
    pytester.runpytest_subprocess(*WITHOUT_OTHERS).assert_outcomes(passed=1)


def test_loading_the_plugin_loads_nothing_beside_pytest():
    code = (
        "import sys, pytest; before = set(sys.modules); import mockserver.pytest_plugin;"
        "print(sorted(set(sys.modules) - before))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "['mockserver', 'mockserver.pytest_plugin']"


def test_workers_and_tests_never_meet_and_no_fake_outlives_the_run(pytester: pytest.Pytester):
    pytester.makepyfile(
        asking=ASK,
        test_many="""
        import os, pathlib, pytest
        from asking import ask

        @pytest.mark.parametrize("number", range(8))
        def test_a_test_is_alone(crm_fake, number):
            with pathlib.Path("urls").open("a") as file:
                file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {crm_fake.url}\\n")
            for _ in range(number):
                assert ask(crm_fake.url, crm_fake.minicrm, "/Api/R3/Category") == 200
            assert len(crm_fake.requests()) == number
        """,
    )

    # Each worker runs every test, so that both surely have some.
    pytester.runpytest_subprocess("-n", "2", "--dist", "each", *WITHOUT_OTHERS).assert_outcomes(passed=16)

    servers = {tuple(line.split()) for line in Path(pytester.path, "urls").read_text().splitlines()}
    assert len(servers) == 2
    assert len({url for _, url in servers}) == 2
    for _, url in servers:
        host, port = url.removeprefix("http://").split(":")
        with pytest.raises(ConnectionError):
            socket.create_connection((host, int(port)), timeout=60)


def test_a_failed_test_shows_what_the_fake_was_asked_and_why_it_refused(project: pytest.Pytester):
    project.makepyfile(
        """
        from asking import ask
        import pytest

        def test_wrong(crm_fake):
            assert ask(crm_fake.url, crm_fake.minicrm, "/Api/R3/Category") == 200
            assert ask(crm_fake.url, crm_fake.ivinex, "/API/Records.php?CollectionTypeID=99") == 200

        def test_silent(crm_fake):
            assert not crm_fake.requests(), "nothing here"
            pytest.fail("by itself")

        def test_right(crm_fake):
            assert ask(crm_fake.url, crm_fake.minicrm, "/Api/R3/Category") == 200

        def test_without():
            pytest.fail("no fake here")
        """
    )

    result = project.runpytest("-rA")

    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*_ test_wrong _*",
            "*- crm-mock journal -*",
            "#1 GET /Api/R3/Category -> 200",
            "#2 GET /API/Records.php?CollectionTypeID=99 -> 400 | *99*",
            "*_ test_silent _*",
            "*- crm-mock journal -*",
            "(no request came)",
        ]
    )
    assert result.stdout.str().count("crm-mock journal") == 2


def test_a_failure_while_setting_up_or_tearing_down_shows_the_journal_too(project: pytest.Pytester):
    project.makepyfile(
        """
        from asking import ask
        import pytest

        @pytest.fixture
        def before(crm_fake):
            ask(crm_fake.url, crm_fake.minicrm, "/Api/R3/Before")
            raise RuntimeError

        @pytest.fixture
        def after(crm_fake):
            yield
            ask(crm_fake.url, crm_fake.minicrm, "/Api/R3/After")
            raise RuntimeError

        def test_before(before): ...

        def test_after(after): ...
        """
    )

    result = project.runpytest()

    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["#1 GET /Api/R3/Before -> *", "#1 GET /Api/R3/After -> *"])


def test_the_nearest_marker_wins_key_by_key_over_the_ini_file(pytester: pytest.Pytester):
    pytester.makeini(
        "[pytest]\ncrm_fake_seed = seeds/ours.json\ncrm_fake_language = hu\n"
        "crm_fake_deviations =\n  count-is-text\n  bad-login-is-404\n"
    )
    pytester.mkdir("seeds").joinpath("ours.json").write_text(
        '{"ivinex": {"modules": {"7": {"name": "boat", "fields": {}, "records": []}}}}'
    )
    pytester.makepyfile(
        """
        import json, pytest, urllib.request

        def read_modules(crm_fake):
            return crm_fake.env["IVINEX_MODULES"]

        def read_health(crm_fake):
            with urllib.request.urlopen(crm_fake.url + "/_control/health?workspace=" + crm_fake.name) as answer:
                return json.load(answer)

        def read_deviations(crm_fake):
            found = {each["name"]: each["on"] for each in read_health(crm_fake)["deviations"]}
            return {name: found[name] for name in ("count-is-text", "bad-login-is-404", "search-hides-trash")}

        def test_ini(crm_fake):
            assert read_modules(crm_fake) == "boat=7"
            assert read_health(crm_fake)["language"] == "hu"
            assert list(read_deviations(crm_fake).values()) == [True, True, True]

        @pytest.mark.crm_fake(seed="demo", language="en", deviations={"count-is-text": False})
        class TestClass:
            def test_of_the_class(self, crm_fake):
                assert read_modules(crm_fake) == "contact=1001,note=1002,company=1003,deal=1004"
                assert read_health(crm_fake)["language"] == "en"
                assert list(read_deviations(crm_fake).values()) == [False, True, True]

            @pytest.mark.crm_fake(deviations={"search-hides-trash": False})
            def test_deviations_stay_over_seeds_unless_these_name_them(self, crm_fake):
                for again in (lambda: None, lambda: crm_fake.seed("empty"), crm_fake.reset):
                    again()
                    assert list(read_deviations(crm_fake).values()) == [False, True, False]
                crm_fake.seed({"deviations": {"search-hides-trash": True}})
                assert list(read_deviations(crm_fake).values()) == [False, True, True]

            @pytest.mark.crm_fake(seed={"ivinex": {"modules": {"8": {"name": "sail", "fields": {}}}}})
            def test_of_its_own(self, crm_fake):
                assert read_modules(crm_fake) == "sail=8"
                assert read_health(crm_fake)["language"] == "en"
        """
    )

    pytester.runpytest_inprocess("--strict-markers", "--strict-config").assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("marker", "explanation"),
    [
        (
            'sed="demo"',
            '*crm_fake: sed: no such option; the marker has seed, profile, language, deviations. Did you mean "seed"*',
        ),
        ('"demo"', "*crm_fake: the marker takes names: @pytest.mark.crm_fake(seed=\"demo\"), not 'demo'"),
        ('profile="live"', "*crm_fake: profile: must be documented or observed, not 'live'"),
        ('profile="observed"', "*crm_fake: profile: the test wants 'observed', but the fake at http*'documented'*"),
        ('language="de"', "*crm_fake: language: must be en or hu, not 'de'"),
        (
            'seed="demmo"',
            "*crm_fake: cannot read the seed '*demmo': No such file or directory. Did you mean \"demo\"?*",
        ),
        ('deviations={"cuont-is-text": True}', "*crm_fake: *'cuont-is-text' is no deviation. Did you mean*"),
        ('deviations="count-is-text"', '*crm_fake: deviations: must be like {"count-is-text": True}, not \'count*'),
        ('seed={"ivinx": {}}', '*crm_fake: *ivinx: no such key*Did you mean "ivinex"?*'),
    ],
)
def test_a_marker_that_cannot_be_is_explained(project: pytest.Pytester, marker: str, explanation: str):
    project.makepyfile(
        f"""
        import pytest

        @pytest.mark.crm_fake({marker})
        def test_any(crm_fake): ...
        """
    )

    result = project.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([explanation])


def test_a_fake_that_is_not_there_is_told_by_its_address(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_MOCK_URL", "http://127.0.0.1:9")
    project.makepyfile("def test_any(crm_fake): ...")

    result = project.runpytest_inprocess()

    result.stdout.fnmatch_lines(["crm_fake: The fake at http://127.0.0.1:9 cannot be reached: *refused*"])


def test_pytest_lists_the_marker_and_the_ini_options(pytester: pytest.Pytester):
    shown = pytester.runpytest_inprocess("--markers").stdout.str() + pytester.runpytest_inprocess("--help").stdout.str()

    assert "@pytest.mark.crm_fake(seed=..., profile=..., language=..., deviations=...)" in shown
    for name in ("crm_fake_seed", "crm_fake_profile", "crm_fake_language", "crm_fake_deviations", "crm_fake_url"):
        assert re.search(rf"\b{name} \((string|linelist)\)", shown)
