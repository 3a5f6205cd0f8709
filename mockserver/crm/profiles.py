"""Profiles: whether the fake follows the documents or what live servers do, and a switch for each difference.

A CRM declares each point where readings differ as a `Deviation` in its own folder and asks the profile by it:

    if self._profile.observes(COUNT_IS_TEXT): ...

A profile turns a deviation on or off; `--deviation NAME=on|off` and a seed's `deviations` overrule it one by one.
Nothing here knows a CRM.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from mockserver.documents.near_misses import suggest

ProfileName = Literal["documented", "observed"]
Language = Literal["en", "hu"]
PROFILE_NAMES: tuple[ProfileName, ...] = get_args(ProfileName)
EITHER: frozenset[ProfileName] = frozenset(PROFILE_NAMES)
NEITHER: frozenset[ProfileName] = frozenset()

_STATES = {"on": True, "off": False}


class DeviationError(Exception):
    """There is no such switch; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One point where servers differ, or may differ, from the document of record.

    Attributes:
        name: Short name, unique among all CRMs, such as `search-ids-are-ints`.
        crm: `ivinex` or `minicrm`.
        provenance: How the other behaviour is known, such as `observed (grade A)` or `assumed`.
        documented: What the document says, in one sentence, or what the fake does in its silence.
        observed: What servers do, or may do, in one sentence: the fake does so where the switch is on.
        profiles: The profiles that turn it on.
    """

    name: str
    crm: str
    provenance: str
    documented: str
    observed: str
    profiles: frozenset[ProfileName] = frozenset({"observed"})


@dataclass(frozen=True, slots=True)
class Profile:
    """Which reading the fake follows, and the language of the account's own texts.

    Attributes:
        name: `documented` follows the documents of record, `observed` follows the field notes where they differ.
        language: `en` or `hu`: the language of labels and error texts which the account localises.
        switches: Deviations turned on or off by name, whatever the profile has.
    """

    name: ProfileName = "documented"
    language: Language = "en"
    switches: Mapping[str, bool] = field(default_factory=dict[str, bool], hash=False)

    def observes(self, deviation: Deviation) -> bool:
        """Tell whether `deviation` is switched on."""
        return self.switches.get(deviation.name, self.name in deviation.profiles)

    def switch(self, switches: Mapping[str, bool]) -> Profile:
        """Return this profile with further deviations turned on or off."""
        return replace(self, switches={**self.switches, **switches}) if switches else self


def parse_switches(texts: Iterable[str], known: Iterable[Deviation]) -> dict[str, bool]:
    """Read switches as they are written on the command line: `NAME`, `NAME=on` or `NAME=off`.

    Raises:
        DeviationError: There is no such deviation, or it is set to something else.
    """
    known = list(known)
    switches: dict[str, bool] = {}
    for text in texts:
        name, _, state = text.partition("=")
        if "=" in text and state not in _STATES:
            raise DeviationError(f"{name}: must be on or off, not {state!r}")
        switches[name] = _STATES.get(state, True)
    check_names(switches, known)
    return switches


def check_names(names: Iterable[str], known: Iterable[Deviation]) -> None:
    """Refuse names of deviations that no CRM declares.

    Raises:
        DeviationError: There is no such deviation.
    """
    listed = sorted(deviation.name for deviation in known)
    for name in names:
        if name not in listed:
            raise DeviationError(
                f"{name!r} is no deviation.{suggest(name, listed)} The deviations are {', '.join(listed)}."
            )
