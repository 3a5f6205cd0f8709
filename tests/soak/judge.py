"""Finds every write that was lost, doubled or misreported, by what was told and what the CRMs hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.soak.account import CREATED_IN
from tests.soak.audit import Audit
from tests.soak.crm_state import State
from tests.soak.journal import Journal
from tests.soak.ledger import Ledger, Statement
from tests.soak.plan import MARKER, Write
from tests.soak.told import OPEN, SETTLED, Told


@dataclass(frozen=True)
class Violation:
    """What is wrong with one write."""

    write: Write
    what: str


@dataclass
class Judge:
    """Compares a ledger with the state of the CRMs, and with the fake's journal.

    Attributes:
        ledger: What was told.
        before: What the CRMs held at the beginning.
        after: What they hold in the end.
        journal: When what was carried out.
        audit: What the store says of each write.
    """

    ledger: Ledger
    before: State
    after: State
    journal: Journal
    audit: Audit

    def find_violations(self) -> list[Violation]:
        """Return everything that is wrong."""
        created = self._created()
        found: list[Violation] = []
        for statements in self.ledger.statements.values():
            write = statements[0].write
            if write.effect == "creates":
                problems = self._judge_creation(statements, created.get(write.marker, []))
            elif write.effect == "leaves":
                problems = self._judge_existing(statements)
            else:
                problems = iter(())
            found += [Violation(write, what) for what in problems]
            found += [Violation(write, what) for what in self._misreports(statements)]
        audited = [Violation(*problem) for problem in self.audit.find_problems(self.ledger, created)]
        return [*found, *self._judge_changes(), *self._judge_strangers(created), *audited]

    def _created(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of the things that hold each marker in the field of a new thing."""
        found: dict[str, list[str]] = defaultdict(list)
        for kind, rows in self.after.items():
            for thing_id, row in rows.items():
                if thing_id not in self.before[kind]:
                    for marker in MARKER.findall(str(row[CREATED_IN[kind]])):
                        found[marker].append(thing_id)
        return found

    def _judge_creation(self, statements: Sequence[Statement], there: Sequence[str]) -> Iterator[str]:
        told = [one.message.told for one in statements]
        settled = [one.message for one in statements if one.message.told in SETTLED]
        acknowledged = [one.thing_id or f"one told by count, {there}" for one in settled]
        if len(there) > 1:
            yield f"doubled: {' and '.join(there)}"
        if acknowledged and not there:
            yield f"lost: it was acknowledged as {acknowledged[-1]}"
        if there and not {one.thing_id for one in settled if one.thing_id} <= set(there):
            yield f"acknowledged as {acknowledged}, and is {there}"
        if there and not acknowledged and not any(one in OPEN for one in told):
            yield f"{there[0]} is there, and was neither acknowledged nor named unknown"
        write, text = statements[0].write, self.after[statements[0].write.kind]
        if there and str(text[there[0]][write.field]) != write.value:
            yield f"holds {text[there[0]][write.field]!r}, not {write.value!r}"

    def _judge_existing(self, statements: Sequence[Statement]) -> Iterator[str]:
        """What is there already is returned as it is, and nothing is written."""
        ids = {one.message.thing_id for one in statements if one.message.told in SETTLED}
        write = statements[0].write
        if ids - {write.thing_id}:
            yield f"{write.thing_id} was there, and {sorted(ids)} was returned"
        if self.journal.by_marker.get(write.marker):
            yield "was written, and was only to be returned"

    def _misreports(self, statements: Sequence[Statement]) -> Iterator[str]:
        """Say which sentences deny, or do not name, what was carried out while they were due."""
        for one in statements:
            told = one.message.told
            if told not in (Told.DENIED, Told.FAILED, Told.PENDING):
                continue
            is_named = told is Told.FAILED and any(
                other.message.told in (*OPEN, *SETTLED) for other in statements if other.call < one.call
            )
            carried = [
                each
                for each in self.journal.by_marker.get(one.write.marker, [])
                if each.was_carried_out and one.began_s <= each.at_s <= one.ended_s and _is_about(each.line, one.write)
            ]
            if carried and not is_named and not (told is Told.PENDING and one.write.effect == "creates"):
                yield f"told {told.value!r}, and it was carried out: call {one.call}, {one.message.text}"

    def _judge_changes(self) -> Iterator[Violation]:
        """Each field holds what was acknowledged last, or what was named unknown since."""
        fields: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
        for statements in self.ledger.statements.values():
            for one in statements:
                if one.write.effect == "changes":
                    fields[one.write.kind, one.write.thing_id, one.write.field].append(one)
        for (kind, thing_id, name), statements in fields.items():
            allowed = {_text(self.before[kind].get(thing_id, {}).get(name))}
            for one in sorted(statements, key=lambda each: each.call):
                if one.message.told in SETTLED:
                    allowed = {one.write.value}
                elif one.message.told in OPEN:
                    allowed.add(one.write.value)
            holds = _text(self.after[kind][thing_id].get(name))
            if holds not in allowed:
                yield Violation(statements[-1].write, f"{kind} {thing_id}: {name} holds {holds!r}, not {allowed}")

    def _judge_strangers(self, created: Mapping[str, Sequence[str]]) -> Iterator[Violation]:
        """Every new thing is one that somebody was to create."""
        planned = {each[0].write.marker for each in self.ledger.statements.values() if _creates(each)}
        for marker in created.keys() - planned:
            (one, *_) = created[marker]
            yield Violation(Write(marker, "", "leaves", one, "", ""), f"{one} is there, and nobody was to create it")
        news = {kind: len(rows.keys() - self.before[kind].keys()) for kind, rows in self.after.items()}
        marked = sum(len(ids) for ids in created.values())
        if sum(news.values()) != marked:
            yield Violation(Write("", "", "leaves", "", "", ""), f"new: {news}, and only {marked} with a marker")

    def count(self) -> Mapping[str, int]:
        """Return what a reader of the run wants to know."""
        last = Counter(each[-1].message.told for each in self.ledger.statements.values())
        keyed = sum(len(rows.keys() - self.before[kind].keys()) for kind, rows in self.after.items())
        return {
            "steps": self.ledger.steps,
            "writes": len(self.ledger.statements),
            "calls": len(self.ledger.calls),
            "repeated calls": len(self.ledger.calls) - self.ledger.steps,
            **{f"told last: {told.value}": last[told] for told in Told if last[told]},
            "things created": keyed,
            "requests": self.journal.requests,
        }


def _creates(statements: Sequence[Statement]) -> bool:
    return statements[0].write.effect == "creates"


def _is_about(line: str, write: Write) -> bool:
    """Tell whether a request is about this thing: one marker may be written to several of MiniCRM."""
    return write.effect != "changes" or write.kind == "record" or f"/{write.thing_id} " in line


def _text(value: object) -> str:
    return "" if value is None else str(value)
