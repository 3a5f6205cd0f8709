"""Linked records, and option labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, ids_of
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount, Record

_LINKED = "Get Records / 4. Linked Records"
_LABELS = "Get Records / 8. LookupOptionText"


def _find_notes(ivinex: IvinexAccount) -> tuple[str, list[Record]]:
    """Return the module of the notes and its records, which hold the id of their contact under `contact`."""
    module = ivinex.modules.get("note")
    if module is None or "contact" not in ivinex.modules:
        raise NotTestedError("the modules contact and note are not known (IVINEX_MODULES)")
    notes = ivinex.list_records(module)
    if not any(note.get("contact") for note in notes):
        raise NotTestedError(f"no record of module {module} has a contact")
    return module, notes


def _linked(ivinex: IvinexAccount, module: str, value: str, key: str = "Operand") -> list[str]:
    text = json.dumps([{"Field": ID, key: "LinkedTo", "Value": value}])
    return ids_of(ivinex.search(module, Filters=text, Limit="100"))


@rule("ivinex.linked.notes-of-contact", source=_LINKED)
def check_notes_of_contact(ivinex: IvinexAccount) -> None:
    """LinkedTo finds the notes of one contact, all of them and no others."""
    module, notes = _find_notes(ivinex)
    contact_module = ivinex.modules["contact"]
    for contact in sorted({str(note["contact"]) for note in notes if note.get("contact")})[:5]:
        wanted = [str(note[ID]) for note in notes if note.get("contact") == contact]
        found = _linked(ivinex, module, f"{contact_module}:{contact}")
        expect_same_ids(found, wanted, f"the notes linked to {contact_module}:{contact}")


@rule("ivinex.linked.operand-name", source=_LINKED)
def check_linked_operand_name(ivinex: IvinexAccount) -> None:
    """LinkedTo may stand under Operand_Name, as the sample prints it."""
    module, notes = _find_notes(ivinex)
    contact = next(str(note["contact"]) for note in notes if note.get("contact"))
    wanted = [str(note[ID]) for note in notes if note.get("contact") == contact]
    found = _linked(ivinex, module, f"{ivinex.modules['contact']}:{contact}", "Operand_Name")
    expect_same_ids(found, wanted, f"the notes linked to contact {contact}")


@rule("ivinex.linked.module-counts", source=_LINKED)
def check_module_counts(ivinex: IvinexAccount) -> None:
    """The module in ModuleID:RecordID counts: a record of another module with the same id has other linked records."""
    module, notes = _find_notes(ivinex)
    contacts = [str(note["contact"]) for note in notes if note.get("contact")]
    for contact in sorted(set(contacts))[:5]:
        wanted = {str(note[ID]) for note in notes if note.get("contact") == contact}
        for other in ("99999989", module):
            found = set(_linked(ivinex, module, f"{other}:{contact}"))
            expect(not found & wanted, f"no notes of contact {contact} for {other}:{contact}", sorted(found & wanted))


@rule("ivinex.linked.second-module", source=_LINKED)
def check_second_module(ivinex: IvinexAccount) -> None:
    """Notes linked to a record of a third module are found by that module's id."""
    if ivinex.home is None:
        raise NotTestedError("only the suite's own data has a third module with links")
    module, notes = _find_notes(ivinex)
    for company in ("1", "4", "7", "10"):
        wanted = [str(note[ID]) for note in notes if note.get("company") == company]
        expect_same_ids(_linked(ivinex, module, f"1003:{company}"), wanted, f"the notes linked to 1003:{company}")


@rule("ivinex.linked.none", source=_LINKED)
def check_none(ivinex: IvinexAccount) -> None:
    """A record that nothing is linked to has no linked records."""
    module, notes = _find_notes(ivinex)
    linked = {note.get("contact") for note in notes}
    lonely = next((one for one in ids_of(ivinex.need_records(1)) if one not in linked), None)
    for contact in (lonely, "99999989"):
        if contact is not None:
            found = _linked(ivinex, module, f"{ivinex.modules['contact']}:{contact}")
            expect_same_ids(found, [], f"the notes linked to contact {contact}")


@rule("ivinex.linked.with-filter", source=_LINKED)
def check_linked_with_filter(ivinex: IvinexAccount) -> None:
    """LinkedTo and another filter must both hold."""
    module, notes = _find_notes(ivinex)
    ivinex.need_numbers(1, module=module)
    contact = next(str(note["contact"]) for note in notes if note.get("contact"))
    own = [str(note[ID]) for note in notes if note.get("contact") == contact]
    value = f"{ivinex.modules['contact']}:{contact}"
    found = ids_of(ivinex.search(module, (ID, "LinkedTo", value), (ID, "GreaterThan", own[0]), Limit="100"))
    expect_same_ids(found, [one for one in own if int(one) > int(own[0])], f"the notes of {value} above {own[0]}")


@rule("ivinex.linked.malformed", source=_LINKED, provenance="assumed")
def check_malformed(ivinex: IvinexAccount) -> None:
    """A LinkedTo value that is no ModuleID:RecordID is refused."""
    module, _ = _find_notes(ivinex)
    for value in ("8", "1001:", ":8", "1001-8", ""):
        response = ivinex.ask(module, (ID, "LinkedTo", value))
        expect(response.status == 400, f"status 400 for LinkedTo {value!r}", response.describe(), response)


@rule("ivinex.options.same-records", source=_LABELS)
def check_same_records(ivinex: IvinexAccount) -> None:
    """LookupOptionText=true is taken, and answers the same records."""
    ivinex.need_records(1)
    plain = ivinex.search(ivinex.main_module, Limit="100")
    labelled = ivinex.search(ivinex.main_module, Limit="100", LookupOptionText="true")
    expect_equal(ids_of(labelled), ids_of(plain), "the ids with LookupOptionText=true")


@rule("ivinex.options.labels", source=_LABELS, provenance="assumed")
def check_labels(ivinex: IvinexAccount) -> None:
    """With LookupOptionText=true an option's text stands in place of its id; all else is as without it."""
    ivinex.need_records(1)
    plain = ivinex.search(ivinex.main_module, Limit="100")
    labelled = ivinex.search(ivinex.main_module, Limit="100", LookupOptionText="true")
    texts: dict[tuple[str, str | None], set[str | None]] = {}
    for one, other in zip(plain, labelled, strict=True):
        for name, value in one.items():
            texts.setdefault((name, value), set()).add(other[name])
    changed = {key: found for key, found in texts.items() if found != {key[1]}}
    if not changed and ivinex.home is None:
        raise NotTestedError("no field differs; perhaps the module has no options")
    expect(bool(changed), "some field to hold texts in place of ids", "no difference")
    for (name, value), found in changed.items():
        is_so = len(found) == 1 and (value or "").isdigit() and not str(next(iter(found))).isdigit()
        expect(is_so, f"one text in place of the id {value} of {name}", sorted(map(str, found)))


@rule("ivinex.options.ids", source=_LABELS, provenance="assumed")
def check_ids(ivinex: IvinexAccount) -> None:
    """Without LookupOptionText, and with false, an option field holds the option's id."""
    plain = ivinex.search(ivinex.main_module, Limit="100")
    expect_equal(
        ivinex.search(ivinex.main_module, Limit="100", LookupOptionText="false"), plain, "the answer with false"
    )
    if ivinex.home is not None:
        found = {record["contact_type"] for record in plain}
        expect_equal(found, {"14795", "14796", "14801"}, "the values of contact_type")
