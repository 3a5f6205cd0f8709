"""Fixtures that tests of more than one folder need, and how Hypothesis works in all of them."""

from __future__ import annotations

import gc
import gettext
import os
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test, settings

import crm_mcp
import mockserver
from crm_mcp.languages import use
from mockserver.fake_process import FakeServer, running_fake
from tests.support.order import spread
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.warm_commands import WARM

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

# No test is timed: a slow machine is no failure. What is tried hangs on the test alone: every run tries the same.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
# Long runs of new cases: HYPOTHESIS_PROFILE=explore, or pytest --hypothesis-profile=explore.
settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
# The same many cases at each run: make soak.
settings.register_profile("soak", deadline=None, max_examples=2_000, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while the tests are found, nor ever among them: they stay, and there are thousands."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in an order that keeps all cores busy, and import what Hypothesis looks at."""
    items[:] = spread(items)
    _import_all_modules(items)


def _import_all_modules(items: list[pytest.Item]) -> None:
    """Import every module of both packages before the first test, where one of the tests is Hypothesis's.

    Hypothesis also tries the constants of those project modules that happen to be imported. Were not all of them,
    what a test tries would depend on which tests its process ran before. It takes 2.5 s, which
    other tests need not wait for.
    """
    if any(is_hypothesis_test(getattr(item, "obj", None)) for item in items):
        for package in (crm_mcp, mockserver):
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                if not module.name.endswith("__main__"):
                    import_module(module.name)


@pytest.fixture(scope="session", autouse=True)
def _no_memory_of_this_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Let nothing that a test starts remember anything, nor read this user's settings; who wants a store says where.

    Who forgets to hand CRM_MCP_STORE on gets a folder that is nobody's, and fails the run.
    """
    folder = tmp_path_factory.mktemp("user-data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_MCP_STORE", "memory")
        patch.setenv("XDG_DATA_HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("user-settings")))
        patch.setenv("CRM_MCP_SETTINGS", "off")
        yield
    left = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    assert not left, f"a test opened a store in the user's data folder: {left}"


@pytest.fixture(autouse=True)
def _english_first() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Let no test speak the language that another one chose for its process."""
    yield
    use("en")
    gettext.textdomain("messages")  # what click says by itself, see `speak_as_click_does`
    os.environ.pop("LANGUAGE", None)


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeServer]:
    """One empty fake for each test process; a test puts its own data in by `PUT /_control/seed` first."""
    with running_fake("--seed", "empty") as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _end_warm_commands() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    yield
    WARM.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for each test process that needs one."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database for one test: a CRM_MCP_STORE."""
    with postgres_server.new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where several processes can share a store, for CRM_MCP_STORE: an empty one of each kind."""
    return str(tmp_path / "store") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
