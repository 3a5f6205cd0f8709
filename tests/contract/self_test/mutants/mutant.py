"""What a mutant is: the bundled fake with one fault in front of it, and the list of all of them.

The tables lie in `ivinex/` and `minicrm/`, one file a theme.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.contract.self_test.mutants.faults import Fault

CRMS = ("ivinex", "minicrm")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way in which a fake can be wrong.

    Attributes:
        id: Its name, which begins with the CRM: `ivinex.offset-ignored`.
        killer: The id of a rule that fails on it.
        title: What is wrong, in one sentence.
        fault: Stands between the caller and the CRM.
        decode: Changes the raw query before it is decoded; None leaves it.
    """

    id: str
    killer: str
    title: str
    fault: Fault
    decode: Callable[[bytes], bytes] | None = None

    @property
    def crm(self) -> str:
        """`ivinex` or `minicrm`."""
        return self.id.partition(".")[0]


class MakeMutant(Protocol):
    """Makes a mutant of one CRM, whose name stands before the ids of mutant and killer."""

    def __call__(
        self, name: str, killer: str, title: str, fault: Fault, *, decode: Callable[[bytes], bytes] | None = None
    ) -> Mutant:
        """Make it."""
        ...


def mutants_of(crm: str) -> MakeMutant:
    """Return what makes the mutants of one CRM."""

    def mutant(
        name: str, killer: str, title: str, fault: Fault, *, decode: Callable[[bytes], bytes] | None = None
    ) -> Mutant:
        return Mutant(f"{crm}.{name}", f"{crm}.{killer}", title, fault, decode)

    return mutant


@functools.cache
def all_mutants() -> Sequence[Mutant]:
    """Return the mutants of every table.

    Raises:
        ValueError: Two have one id.
    """
    found: dict[str, Mutant] = {}
    for crm in CRMS:
        for module in pkgutil.iter_modules([str(Path(__file__).parent / crm)]):
            table = importlib.import_module(f"{__package__}.{crm}.{module.name}")
            for mutant in getattr(table, "MUTANTS", ()):
                if mutant.id in found:
                    raise ValueError(f"there are two mutants {mutant.id!r}")
                found[mutant.id] = mutant
    return tuple(found.values())


def find_mutant(mutant_id: str) -> Mutant:
    """Return a mutant by its id.

    Raises:
        LookupError: There is none; the message lists them.
    """
    known = {mutant.id: mutant for mutant in all_mutants()}
    if mutant_id not in known:
        raise LookupError(f"there is no mutant {mutant_id!r}; there are {', '.join(known)}")
    return known[mutant_id]
