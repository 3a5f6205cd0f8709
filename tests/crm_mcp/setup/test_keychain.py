"""A keychain that fails in whatever way is said to be of no use, and never ends the dialogue with a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, NoKeyringError

from crm_mcp.settings_file.values import KEYCHAIN_SERVICE
from crm_mcp.setup.keychain import KeychainError, OsKeychain


class Backend(KeyringBackend):
    """A keychain in memory, which raises or forgets where it is told to."""

    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride, reportUnannotatedClassAttribute]

    def __init__(self, raised: BaseException | None = None, *, forgets: bool = False) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self.held: dict[tuple[str, str], str] = {}
        self.raised = raised
        self.forgets = forgets

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.raised:
            raise self.raised
        if not self.forgets:
            self.held[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        if self.raised:
            raise self.raised
        return self.held.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        self.held.pop((service, username), None)


@pytest.fixture(autouse=True)
def _backend_of_this_machine() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_one_that_works_keeps_secrets_under_the_promised_service_and_is_left_as_it_was_by_the_trial() -> None:
    backend = Backend()
    keyring.set_keyring(backend)
    keychain = OsKeychain()
    assert keychain.find_problem() == ""
    assert not backend.held
    keychain.write("acme.minicrm.api_key", "secret")
    assert backend.held == {(KEYCHAIN_SERVICE, "acme.minicrm.api_key"): "secret"}
    assert keychain.read("acme.minicrm.api_key") == "secret"
    keychain.write("acme.minicrm.api_key", "")
    keychain.write("never.there", "")
    assert not backend.held


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        (fail.Keyring(), "keyring.backends.fail"),
        (null.Keyring(), "keyring.backends.null"),
        (Backend(NoKeyringError()), "NoKeyringError"),
        (Backend(KeyringLocked("secret")), "KeyringLocked"),
        (Backend(OSError("no bus")), "OSError"),
        (Backend(forgets=True), "it forgets"),
    ],
)
def test_one_that_does_not_work_says_why_in_a_word(backend: KeyringBackend, problem: str) -> None:
    keyring.set_keyring(backend)
    assert OsKeychain().find_problem() == problem
    assert OsKeychain().read("acme.minicrm.api_key") == ""


def test_one_that_waits_to_be_unlocked_is_not_waited_for_without_end() -> None:
    class Locked(Backend):
        def set_password(self, service: str, username: str, password: str) -> None:
            del service, username, password
            Event().wait()

    keyring.set_keyring(Locked())
    assert OsKeychain(wait_s=0.05).find_problem() == "TimeoutError"


def test_a_refused_secret_is_an_error_that_does_not_repeat_it() -> None:
    keyring.set_keyring(Backend(OSError("secret")))
    with pytest.raises(KeychainError) as refused:
        OsKeychain().write("acme.minicrm.api_key", "secret")
    assert str(refused.value).startswith("The keychain refused acme.minicrm.api_key (OSError).")
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
