"""The sentences that the person reads in a question, by language. Pure.

English is the key, as in gettext. What belongs to one CRM, its nouns and fields, stands in a catalogue of that CRM's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.crm.wording import quote_text

_LONGEST = 60
"""Characters of a value that a question shows."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language.

    Attributes:
        messages: English to this language; what is not there stays English. `Field=Value` is the key of a value.
        plural: What makes a noun plural after a number; Hungarian has nothing.
        quotes: The quotation marks.
        labels: What people of the account call its fields, whatever the language.
        undo_days: For how many days a write can be undone; 0 where it is forgotten when the server ends.
    """

    messages: Mapping[str, str] = field(default_factory=dict[str, str])
    plural: str = "s"
    quotes: str = '""'
    labels: FieldLabels = NO_LABELS
    undo_days: int = 0

    def text(self, message: str, **values: object) -> str:
        """Return a message with its values filled in."""
        return self.messages.get(message, message).format(**values)

    @property
    def until(self) -> str:
        """How long a write can be undone."""
        return self.text("for {days} days" if self.undo_days else "until the server ends", days=self.undo_days)

    def name(self, name: str) -> str:
        """Return what people call a field."""
        label = self.labels.label_of(name)
        return self.messages.get(name, name) if label == name else label

    def count(self, count: int, noun: str) -> str:
        """Return a number with its noun."""
        return f"{count} {self.messages.get(noun, noun)}{self.plural if count > 1 else ''}"

    def quoted(self, value: object, field_name: str = "") -> str:
        """Return a value, of a field where that is named, as one short line in quotes."""
        line = quote_text(self.messages.get(f"{field_name}={value}", str(value)))
        for mark in set(self.quotes) - {'"'}:  # so that the quotation ends where it seems to
            line = line.replace(mark, "'")
        if len(line) > _LONGEST:
            line = self.text("{text}... ({count} characters)", text=line[:_LONGEST], count=len(line))
        return f"{self.quotes[0]}{line}{self.quotes[1]}"

    def listing(self, parts: Sequence[str], max_parts: int) -> str:
        """Join the first parts, saying how many are left out."""
        if len(parts) > max_parts:
            shown = ", ".join(parts[:max_parts])
            return self.text("{parts} and {count} more", parts=shown, count=len(parts) - max_parts)
        if len(parts) < 2:
            return "".join(parts)
        return self.text("{parts} and {last}", parts=", ".join(parts[:-1]), last=parts[-1])


ENGLISH = Catalogue()
HUNGARIAN = Catalogue(
    {
        "Yes, do this": "Igen, mehet",
        "Create {records}, {names}?": "Létrehozzak {records}: {names}?",
        "Create {records}? They are {names}.": "Létrehozzak {records}? Ezek: {names}.",
        "Move {records} to the trash: {names}?": "A lomtárba tegyek {records}: {names}?",
        "Move {records} to the trash and set {values}: {names}?": (
            "A lomtárba tegyek {records}, és beállítsam ezt: {values}? Érintett: {names}."
        ),
        "Change {records}, setting {values}? It is {names}.": (
            "Módosítsak {records}? Új érték: {values}. Érintett: {names}."
        ),
        "Change {records}, setting {values}? They are {names}.": (
            "Módosítsak {records}? Új érték: {values}. Érintettek: {names}."
        ),
        "Empty {fields} ({size} characters, which can be brought back {until}) in {records}: {names}?": (
            "Kiürítsem ezt: {fields} ({size} karakter, {until} visszahozható)? Érintett: {names}."
        ),
        (
            "Empty {fields} ({size} characters, which can be brought back {until}) and set {values} in {records}: "
            "{names}?"
        ): (
            "Kiürítsem ezt: {fields} ({size} karakter, {until} visszahozható), és beállítsam ezt: {values}? "
            "Érintett: {names}."
        ),
        "for {days} days": "{days} napig",
        "until the server ends": "a szerver leállásáig",
        "{field} to {value}": "{field}: {value}",
        "{field} to a value each": "{field}: mindegyiknél más",
        "one without text": "egy szöveg nélküli",
        "{text}... ({count} characters)": "{text}... ({count} karakter)",
        "{parts} and {count} more": "{parts} és még {count}",
        "{parts} and {last}": "{parts} és {last}",
    },
    plural="",
    quotes="\u201e\u201d",
)
