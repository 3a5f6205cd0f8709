"""How faithful the fake is to which reading: the document's, or what live servers were seen to do.

A CRM declares each point where the two readings differ as a `Deviation` in its own folder and asks the profile by name:

    if self._profile.observes(COUNTS_ARE_TEXT): ...

Nothing here knows either CRM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProfileName = Literal["documented", "observed"]
Language = Literal["en", "hu"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One point where live servers differ from the document of record.

    Attributes:
        name: Short name, unique within the CRM, such as `search-ids-are-ints`.
        crm: `ivinex` or `minicrm`.
        provenance: How the live behaviour is known, such as `observed (grade A)` or `assumed`.
        documented: What the document says, in one sentence.
        observed: What live servers do, in one sentence.
    """

    name: str
    crm: str
    provenance: str
    documented: str
    observed: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Which reading the fake follows, and the language of the account's own texts.

    Attributes:
        name: `documented` follows the documents of record, `observed` follows the field notes where they differ.
        language: `en` or `hu`: the language of labels and error texts which the account localises.
    """

    name: ProfileName = "documented"
    language: Language = "en"

    def observes(self, deviation: Deviation) -> bool:  # noqa: ARG002 - single switches may be set later
        """Tell whether the live behaviour of `deviation` is switched on."""
        return self.name == "observed"
