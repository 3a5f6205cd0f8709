"""Fixtures for the fake's tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Protocol

import pytest

from mockserver.crm.profiles import Profile
from tests.support.in_process import InProcessFake, build_seed


class StartFake(Protocol):
    def __call__(
        self,
        seed: dict[str, object] | None = None,
        profile: Profile | None = None,
        *,
        database_path: str = "",
        control_token: str = "",
        peer: str = "127.0.0.1",
        base_url: str = "http://127.0.0.1:8080",
    ) -> InProcessFake: ...


@pytest.fixture
def start_fake() -> Generator[StartFake]:
    """Start fakes of a test's own, which end with it."""
    with ExitStack() as stack:

        def start(
            seed: dict[str, object] | None = None,
            profile: Profile | None = None,
            *,
            database_path: str = "",
            control_token: str = "",
            peer: str = "127.0.0.1",
            base_url: str = "http://127.0.0.1:8080",
        ) -> InProcessFake:
            fake = InProcessFake(
                build_seed() if seed is None else seed,
                profile,
                database_path=database_path,
                control_token=control_token,
                peer=peer,
                base_url=base_url,
            )
            stack.callback(fake.close)
            return fake

        yield start
