"""How a question is worded in the language of the person. Pure.

What belongs to one CRM, its nouns, fields and their values, stands in the catalogue of that CRM's folder, under the
contexts `accusative`, `field` and `value of FIELD`: every question begins with what is to be done with the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.crm.wording import quote_text
from crm_mcp.languages import Language, Texts
from crm_mcp.languages.writing import QUOTES, write_day, write_number

_LONGEST = 60
"""Characters of a value that a question shows."""
_UNGROUPED = 10_000
"""Smaller numbers are written without marks between their digits."""


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The words of one CRM's questions.

    Attributes:
        own_texts: The CRM's own texts, in the language of the person.
        labels: What people of the account call its fields, whatever the language.
        account: The account that is written to, where there are several.
        undo_days: For how many days a write can be undone; 0 where it is forgotten when the server ends.
    """

    own_texts: Texts = field(default_factory=lambda: Texts(__file__, "en"))
    labels: FieldLabels = NO_LABELS
    undo_days: int = 0
    account: str = ""

    @property
    def language(self) -> Language:
        """The language of the person."""
        return self.own_texts.language

    @property
    def texts(self) -> Texts:
        """The texts that fit any CRM."""
        return Texts(__file__, self.language)

    @property
    def yes(self) -> str:
        """What the form calls the user's yes."""
        return self.texts.text("Yes, do this")

    @property
    def until(self) -> str:
        """How long a write can be undone."""
        if not self.undo_days:
            return self.texts.text("until the server ends")
        return self.texts.text("for {days} days", days=self.undo_days)

    def in_account(self, question: str) -> str:
        """Return a question that says to which account it would be written, where there are several."""
        if not self.account:
            return question
        return self.texts.text("Account {account}: {question}", account=self.account, question=question)

    def name(self, name: str) -> str:
        """Return what people call a field."""
        label = self.labels.label_of(name)
        return self.own_texts.ptext("field", name) if label == name else label

    def count(self, count: int, noun: str) -> str:
        """Return a number with its noun."""
        many = f"{noun}es" if noun.endswith("s") else f"{noun}s"
        return f"{self.number(count)} {self.own_texts.nptext('accusative', noun, many, count)}"

    def number(self, number: float) -> str:
        """Return a number as people write it."""
        return str(number) if self.language == "en" or abs(number) < _UNGROUPED else write_number(number, self.language)

    def quoted(self, value: object, field_name: str = "") -> str:
        """Return a value, of a field where that is named, as one short line in quotes."""
        line = quote_text(self.value(value, field_name))
        quotes = QUOTES[self.language]
        for mark in set(quotes) - {'"'}:  # so that the quotation ends where it seems to
            line = line.replace(mark, "'")
        if len(line) > _LONGEST:
            line = self.texts.text("{text}... ({count} characters)", text=line[:_LONGEST], count=self.number(len(line)))
        return f"{quotes[0]}{line}{quotes[1]}"

    def value(self, value: object, field_name: str) -> str:
        """Return a value of a field as people write it, whole."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            written = str(value)
            said = self.own_texts.ptext(f"value of {field_name}", written)
            return self.number(value) if said == written else said
        return self.own_texts.ptext(f"value of {field_name}", write_day(str(value), self.language))

    def listing(self, parts: Sequence[str], max_parts: int) -> str:
        """Join the first parts, saying how many are left out."""
        if len(parts) > max_parts:
            shown = ", ".join(parts[:max_parts])
            return self.texts.text("{parts} and {count} more", parts=shown, count=len(parts) - max_parts)
        if len(parts) < 2:
            return "".join(parts)
        return self.texts.text("{parts} and {last}", parts=", ".join(parts[:-1]), last=parts[-1])
