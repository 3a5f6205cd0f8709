"""How the fake's answers slow down as it holds more: both CRMs, over HTTP, at two sizes or more.

    python benchmarks/fake_scale.py [--sizes 10000 100000] [--crm ivinex minicrm] [--times 15]

A size is the number of contacts in Ivinex, and of contacts, projects, changes of status and e-mails each in MiniCRM.
For each question it prints the time of the first answer (which may build an index) and the best of the warm ones, at
the largest size as a ratio to getting one record by its id in the same run, and the growth from size to size.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.loopback import Caller, running
from mockserver.crm.words import Words
from mockserver.ivinex.generate import extend_modules
from mockserver.minicrm.seeding.generate import extend_kinds
from mockserver.seeds.load import read_seed

MINICRM_KINDS = ("contacts", "projects", "status_changes", "emails", "documents")
RECORDS = "/API/Records.php"
API = "/Api/R3"


class Question(NamedTuple):
    """One request to measure, and the time that it should take at 100,000 records."""

    name: str
    target_ms: int
    path: str
    query: Mapping[str, object]


def build_seed(crm: str, size: int) -> dict[str, Any]:
    """Return a seed of one CRM, of the given size."""
    base: Any = read_seed("demo")
    words = Words(1)
    if crm == "ivinex":
        modules = base["ivinex"]["modules"]
        fields: dict[str, object] = {**modules["1001"]["fields"], "score": {"type": "number"}}
        contact = {"name": "contact", "fields": fields}
        part: dict[str, object] = {"modules": {"1001": contact, "1003": modules["1003"]}}
        return {"ivinex": extend_modules(part, {"1001": size}, words)}
    part = {key: base["minicrm"][key] for key in ("users", "modules", "contact_fields", "task_types")}
    return {"minicrm": extend_kinds(part, dict.fromkeys(MINICRM_KINDS, size), words)}


def ask_ivinex(size: int, seed: dict[str, Any]) -> list[Question]:
    """Return what to ask of Ivinex."""
    records = seed["ivinex"]["modules"]["1001"]["records"]
    someone = next(record for record in reversed(records) if all(record.values()))  # nothing is found sooner

    def ask(name: str, target_ms: int, *filters: tuple[str, str, object], **more: object) -> Question:
        conditions = [{"Field": field, "Operand": operand, "Value": value} for field, operand, value in filters]
        return Question(name, target_ms, RECORDS, {"CollectionTypeID": 1001, "Filters": json.dumps(conditions), **more})

    kinds = ("email", "first_name", "full_name", "contact_type", "company", "birthday", "newsletter", "score")
    person = {**someone, "full_name": f"{someone['first_name']} {someone['last_name']}"}
    return [
        ask("get by id", 50, ("collection_id", "Equal", size // 2)),
        *(ask(f"{field} Equal", 50, (field, "Equal", person[field] or "")) for field in kinds),
        ask("created_date Equal a day", 50, ("created_date", "Equal", someone["created_date"][:10])),
        ask("score Equal what nobody has", 50, ("score", "Equal", 7)),
        ask("email In 20 addresses", 50, ("email", "In", [f"nobody{i}@x.example" for i in range(20)])),
        ask("contacts LinkedTo a company", 50, ("collection_id", "LinkedTo", "1003:8")),
        ask("two fields Equal", 50, ("contact_type", "Equal", "14795"), ("newsletter", "Equal", "true")),
        ask("deepest page", 50, Offset=size - 10),
        ask("deepest page of a filter", 50, ("contact_type", "Equal", "14795"), Offset=size // 5),
        ask("first page, newest first", 50, OrderBy="created_date DESC"),
        ask("deepest page, newest first", 50, OrderBy="created_date DESC", Offset=size - 10),
        ask("deepest page by last name", 50, OrderBy="last_name", Offset=size - 10),
        ask("deepest page by score DESC", 50, OrderBy="score DESC", Offset=size - 10),
        ask("Contains, common", 300, ("full_name", "Contains", "ov"), Limit=100),
        ask("Contains what nobody has", 300, ("email", "Contains", "zzzzzz")),
        ask("StartsWith what nobody has", 300, ("last_name", "StartsWith", "zzzz")),
        ask("NotEqual, deep", 300, ("contact_type", "NotEqual", "14795"), Offset=size // 2),
        ask("GreaterThan a day, deep", 300, ("created_date", "GreaterThan", "2024-01-01"), Offset=size // 3),
        ask("GreaterThan a number, deep", 300, ("score", "GreaterThan", 100), Offset=size // 2),
        ask(
            "filter, newest first",
            300,
            ("contact_type", "Equal", "14795"),
            ("created_date", "GreaterThanEqual", "2024-01-01"),
            OrderBy="created_date DESC",
        ),
    ]


def ask_minicrm(size: int, seed: dict[str, Any]) -> list[Question]:
    """Return what to ask of MiniCRM; each search answers with its count, too."""
    project = next(row for row in reversed(seed["minicrm"]["projects"]) if not row.get("Deleted"))
    email = seed["minicrm"]["emails"][-1]
    contact = next(row for row in reversed(seed["minicrm"]["contacts"]) if row["Type"] == "Person")
    last = size // 100 - 2  # some are in the trash
    invoices = sum(row["Type"] == "Invoice" for row in seed["minicrm"]["documents"])

    def ask(name: str, target_ms: int, entity: str, **query: object) -> Question:
        return Question(name, target_ms, f"{API}/{entity}", query)

    return [
        ask("project by id", 50, f"Project/{project['Id']}"),
        ask("contact by id", 50, f"Contact/{contact['Id']}"),
        ask("history of a project", 50, f"ProjectHistory/{project['Id']}", Type="StatusHistory"),
        ask("e-mails of a project", 50, f"EmailList/{email['ProjectId']}"),
        Question("newest invoices", 50, "/Api/Invoice/List", {}),
        Question("deepest page of invoices", 300, "/Api/Invoice/List", {"Page": invoices // 100}),
        Question("invoices of a group", 300, "/Api/Invoice/List", {"StatusGroup": "Open"}),
        ask("project by ReferenceId", 50, "Project", ReferenceId=project["ReferenceId"]),
        ask("projects by Name", 50, "Project", Name=project["Name"]),
        ask("projects by StatusId", 50, "Project", StatusId=project["StatusId"]),
        ask("projects by UserId", 50, "Project", UserId=project["UserId"]),
        ask("projects by MainContactId", 50, "Project", MainContactId=project["ContactId"]),
        ask("projects by a text field", 50, "Project", Text1204="none has this"),
        ask("projects by a number field", 50, "Project", Int1201=5000),
        ask("projects by an enum field", 50, "Project", Enum1205=2),
        ask("projects by a date field", 50, "Project", DateTime1202="2024-05-05"),
        ask("contacts by Email", 50, "Contact", Email=contact["Email"]),
        ask("contacts by Phone", 50, "Contact", Phone="361555" + "1234"),
        ask("contacts by Name", 50, "Contact", Name=f"{contact.get('FirstName')} {contact.get('LastName')}"),
        ask("contacts by LastName", 50, "Contact", LastName=contact.get("LastName", "Nagy")),
        ask("contacts by Position", 50, "Contact", Position=contact.get("Position", "Teacher")),
        ask("deepest page of projects", 50, "Project", Page=int(last * 0.97)),
        ask("deepest page of contacts", 50, "Contact", Page=last),
        ask("projects by a word", 300, "Project", Query="policy"),
        ask("contacts by a word", 300, "Contact", Query="mail"),
        ask("projects by two words", 300, "Project", Query="fault-tolerant policy"),
        ask("count of StatusGroup Open", 300, "Project", StatusGroup="Open"),
        ask("count of a module", 300, "Project", CategoryId=11),
        ask("count of contacts by Type", 300, "Contact", Type="Person"),
        ask("deepest page of a module", 300, "Project", CategoryId=11, Page=last // 6),
        ask("count of UpdatedSince", 300, "Project", UpdatedSince="2024-01-01"),
        ask("projects by a Set's choice", 300, "Project", Set1206=1),
    ]


def measure_crm(crm: str, size: int, times: int) -> list[tuple[Question, float, float]]:
    """Start a fake of this size and ask it everything."""
    seed = build_seed(crm, size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.json"
        path.write_text(json.dumps(seed))
        questions = ask_ivinex(size, seed) if crm == "ivinex" else ask_minicrm(size, seed)
        del seed
        with running("-m", "mockserver", "serve", "--port", "0", "--seed", str(path)) as server:
            listening_s, resident = server.started_s, server.read_resident_mb()
            print(f"{crm} {size}: listens after {listening_s:.1f} s, {resident:.0f} MB resident", flush=True)
            caller = Caller(server, crm)
            return [(each, *caller.measure(each.path, each.query, times)[:2]) for each in questions]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How the fake slows down as it holds more.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--crm", nargs="+", default=["ivinex", "minicrm"], choices=["ivinex", "minicrm"])
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    sizes = sorted(options.sizes)
    for crm in options.crm:
        started = time.perf_counter()
        columns = [measure_crm(crm, size, options.times) for size in sizes]
        print_table(sizes, columns)
        print(f"measured in {time.perf_counter() - started:.0f} s\n")


def print_table(sizes: list[int], columns: list[list[tuple[Question, float, float]]]) -> None:
    """Print a row for each question: first and warm times at each size, ratio to the first row, growth."""
    reference = columns[-1][0][2]
    head = "".join(f"{f'{size} first':>15}{f'{size} warm':>15}" for size in sizes)
    print(f"\n{'milliseconds':<32}{head}{'x by id':>9}{'growth':>8}{'target':>8}")
    for row in zip(*columns, strict=True):
        cells = "".join(f"{first:>15.1f}{warm:>15.1f}" for _, first, warm in row)
        question, _, warm = row[-1]
        print(
            f"{question.name:<32}{cells}{warm / reference:>9.1f}{warm / row[0][2]:>8.1f}{question.target_ms:>8}"
            f"{'  SLOW' if warm > question.target_ms * max(sizes[-1] / 100_000, 1) else ''}"
        )


if __name__ == "__main__":
    main()
