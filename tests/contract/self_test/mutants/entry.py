"""What a wrong fake is: the bundled fake with one thing broken, and the list of all of them.

An entry is a function that breaks the fake through a `pytest.MonkeyPatch`; its docstring says what is wrong. While
`WrongFake.broken` is open, every fake of this process is wrong in that way; afterwards all is as it was.
"""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@dataclass(frozen=True, slots=True)
class WrongFake:
    """One way in which a fake can be wrong.

    Attributes:
        id: Its name, which begins with the CRM: `ivinex.offset-ignored`.
        says: What is wrong, in one sentence.
        breaks: Breaks the fake until the patch is undone.
        killers: Ids of rules that are known to fail on it, tried first.
    """

    id: str
    says: str
    breaks: Callable[[pytest.MonkeyPatch], None]
    killers: tuple[str, ...] = ()

    @property
    def crm(self) -> str:
        """`ivinex` or `minicrm`."""
        return self.id.partition(".")[0]

    @contextmanager
    def broken(self) -> Generator[None]:
        """Have every fake of this process be wrong in this way."""
        with pytest.MonkeyPatch.context() as patch:
            self.breaks(patch)
            yield


_ENTRIES: dict[str, WrongFake] = {}


def wrong_fake(
    name: str, *killers: str
) -> Callable[[Callable[[pytest.MonkeyPatch], None]], Callable[[pytest.MonkeyPatch], None]]:
    """Enter a function as a wrong fake; its docstring is the sentence.

    Args:
        name: The wrong fake's id.
        *killers: Rules that are known to fail on it.
    """

    def enter(breaks: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
        if name in _ENTRIES:
            raise ValueError(f"there are two wrong fakes {name!r}")
        _ENTRIES[name] = WrongFake(name, " ".join((breaks.__doc__ or "").split()), breaks, killers)
        return breaks

    return enter


def all_wrong_fakes() -> list[WrongFake]:
    """Return every entry; they lie in the files named after a CRM."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith(("ivinex_", "minicrm_")):
            importlib.import_module(f"tests.contract.self_test.mutants.{module.name}")
    return list(_ENTRIES.values())


def find_wrong_fake(name: str) -> WrongFake:
    """Return an entry by its id.

    Raises:
        LookupError: There is none; the message lists them.
    """
    known = {fake.id: fake for fake in all_wrong_fakes()}
    if name not in known:
        raise LookupError(f"there is no wrong fake {name!r}; there are {', '.join(known)}")
    return known[name]
