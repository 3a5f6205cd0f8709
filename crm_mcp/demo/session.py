"""The session that the demo plays: one story, told in the demo data of both CRMs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_mcp.demo.assistant import Assistant
from crm_mcp.demo.chart import Bar
from crm_mcp.demo.processes import DemoError
from crm_mcp.demo.stage import Stage
from crm_mcp.languages import Texts
from crm_mcp.languages.writing import write_day, write_number

_texts = Texts(__file__)
NOW = "2026-11-23T09:00:00"
"""The time of the accounts, at which the story holds on every day that it is played."""
_FIRST_NAME = "Katalin"
_NOTE = "Called \u00c1gnes: she takes both grinders & wants them by 30/11 \u2013 100% sure."
_IN_BOTH = """\
SELECT m.name AS minicrm, m.email, i.full_name AS ivinex,
       CASE WHEN m.email = i.email THEN 'e-mail'
            ELSE 'last name' END AS same
FROM minicrm_contacts m JOIN ivinex_contact i
     ON m.email = i.email OR m.last_name = i.last_name
ORDER BY same, minicrm"""
_NEW_DEADLINE = "2026-11-30"
_SHOWN = 3


def choose_settings(language: str) -> dict[str, str]:
    """Return the settings of the demo's server, beside its logins."""
    return {
        "MINICRM_LABELS": "Int1201=Budget",
        "MINICRM_LANGUAGE": language,
        "MINICRM_NOW": NOW,
        "MINICRM_REQUESTS_PER_MINUTE": "0",  # the fake takes more, and nobody should wait for a demo
    }


async def play_session(assistant: Assistant, stage: Stage) -> None:
    """Look up and write in both CRMs, ask over both, change many with a plan and take it back, draw the pipeline.

    Raises:
        DemoError: A step failed.
    """
    katalin = await _look_up(assistant, stage)
    await _write_note(assistant, stage)
    await _ask_both(assistant, stage, katalin)
    await _change_many(assistant, stage)
    await _draw_pipeline(assistant, stage)


async def _look_up(assistant: Assistant, stage: Stage) -> dict[str, Any]:
    def show_contact(page: Any) -> str:  # noqa: ANN401  # JSON
        for each in page["items"]:
            stage.line(each["name"], each.get("email"), each.get("phone"))
        return _in_all(page)

    def show_project(page: Any) -> str:  # noqa: ANN401  # JSON
        for each in page["items"]:
            stage.line(each["name"], each["status"], each["user"])
        return _in_all(page)

    def show_task(page: Any) -> str:  # noqa: ANN401  # JSON
        for each in page["items"]:
            stage.line(_day(each["deadline"]), each["comment"], each["user"])
        return ""

    stage.step(_texts.text("Who is Katalin?"))
    people = await assistant.call("search_contacts", show_contact, query=_FIRST_NAME, type="Person")
    katalin = _first(people)
    stage.step(_texts.text("What is going on with her?"))
    projects = await assistant.call(
        "search_projects", show_project, module="Sales", contact_id=katalin["id"], status_group="Open"
    )
    project = _first(projects)
    stage.step(_texts.text('What is still to do on "{name}"?', name=project["name"]))
    await assistant.call("get_project_tasks", show_task, project_id=project["id"], status="open")
    return katalin


async def _write_note(assistant: Assistant, stage: Stage) -> None:
    def show_record(page: Any) -> str:  # noqa: ANN401  # JSON
        for each in page["items"]:
            fields = each["fields"]
            stage.line(fields["full_name"], fields["email"], fields["phone"])
        return ""

    def show_note(record: Any) -> str:  # noqa: ANN401  # JSON
        stage.line(record["fields"]["description"])
        return ""

    stage.step(_texts.text("And in Ivinex: contacts at a roastery whose last name starts with Kov?"))
    contacts = await assistant.call(
        "search_records",
        show_record,
        module="contact",
        filters=[
            {"field": "last_name", "operand": "StartsWith", "value": "Kov"},
            {"field": "email", "operand": "Contains", "value": "roastery"},
        ],
        fields=["full_name", "email", "phone"],
    )
    stage.step(_texts.text("Write down that she was called. Is it really there?"))
    note = await assistant.call("create_note", _name_written, contact_id=_first(contacts)["id"], text=_NOTE)
    record = await assistant.call("get_record", show_note, module="note", record_id=note["id"])
    _expect(record["fields"]["description"] == _NOTE, _texts.text("The note is not there as it was written."))


async def _ask_both(assistant: Assistant, stage: Stage, katalin: dict[str, Any]) -> None:
    def show_created(result: Any) -> str:  # noqa: ANN401  # JSON
        _expect(all(each["ok"] for each in result["items"]), _texts.text("The contact was not created."))
        return _name_written(result["items"][0])

    def show_answer(answer: Any) -> str:  # noqa: ANN401  # JSON
        stage.table(answer["columns"], answer["rows"])
        exact = _texts.text("exact") if answer["exact"] else _texts.text("not exact")
        return _texts.text("{exact}, as of {as_of}", exact=exact, as_of=_day(answer["as_of"]))

    stage.step(_texts.text("Katalin buys coffee too: enter her in Ivinex."))
    last_name = katalin["name"].replace(_FIRST_NAME, "").strip()  # which comes first depends on the language
    record = {"first_name": _FIRST_NAME, "last_name": last_name, "email": katalin["email"]}
    await assistant.call("create_records", show_created, module="contact", records=[record], on_existing="return")
    stage.step(_texts.text("Who may be in both CRMs? A question in SQL over the two."))
    answer = await assistant.call("query_crm", show_answer, sql=_IN_BOTH)
    _expect(
        any("e-mail" in row for row in answer["rows"]),
        _texts.text("The contact that was just created is in no answer."),
    )


async def _change_many(assistant: Assistant, stage: Stage) -> None:
    def show_tasks(page: Any) -> str:  # noqa: ANN401  # JSON
        for each in page["items"][:_SHOWN]:
            stage.line(_day(each["deadline"]), each["comment"], each["user"])
        return _texts.text("{shown} of {count} shown", shown=_SHOWN, count=page["total"])

    def show_plan(plan: Any) -> str:  # noqa: ANN401  # JSON
        changes = plan["changes"]
        rows = [(each["name"], _day(each["before"]), _day(each["after"])) for each in changes[:_SHOWN]]
        stage.table([_texts.text("Task"), _texts.text("Deadline"), _texts.text("New deadline")], rows)
        shown = _texts.text("{shown} of {count} shown", shown=len(rows), count=plan["count"])
        return f"{shown}, {_texts.text('nothing is written yet')}"

    def show_written(result: Any) -> str:  # noqa: ANN401  # JSON
        done = sum(each["ok"] for each in result["items"])
        _expect(done == len(result["items"]), _texts.text("Not all tasks were changed."))
        return _texts.text(
            "{done} of {count} written as {write_id}", done=done, count=done, write_id=result["write_id"]
        )

    def show_undone(result: Any) -> str:  # noqa: ANN401  # JSON
        done = sum(each["ok"] for each in result["items"])
        return _texts.text("{done} of {count} taken back", done=done, count=len(result["items"]))

    stage.step(_texts.text("Which tasks are overdue?"))
    overdue = await assistant.call("list_open_tasks", show_tasks, due="overdue")
    task_ids = [each["id"] for each in overdue["items"]]
    stage.step(_texts.text("Move them all to 30 November: first as a plan, then with a person's yes."))
    plan = await assistant.call("update_task", show_plan, task_ids=task_ids, deadline=_NEW_DEADLINE, dry_run=True)
    written = await assistant.call_with_question("update_task", show_written, plan_id=plan["plan_id"])
    stage.step(_texts.text("That was a mistake: take it all back."))
    await assistant.call_with_question("undo_write", show_undone, write_id=written["write_id"])
    again = await assistant.call("list_open_tasks", _in_all, due="overdue")
    _expect(again["items"] == overdue["items"], _texts.text("The tasks are not as they were."))


async def _draw_pipeline(assistant: Assistant, stage: Stage) -> None:
    stage.step(_texts.text("How does the pipeline look?"))

    def show_statuses(module: Any) -> str:  # noqa: ANN401  # JSON
        count = len(module["statuses"])
        return _texts.ntext("{count} status in its order", "{count} statuses in their order", count)

    module = await assistant.call("describe_module", show_statuses, crm="minicrm", module="Sales")

    def show_pipeline(summary: Any) -> str:  # noqa: ANN401  # JSON
        groups = {each["status"]: each for each in summary["groups"]}
        stage.bars([_bar(groups[status]) for status in module["statuses"].values() if status in groups])
        exact = _texts.text("exact") if summary["exact"] else _texts.text("not exact")
        return f"{_in_all(summary)}, {exact}"

    await assistant.call(
        "summarize_projects", show_pipeline, module="Sales", group_by=["status"], measures=["sum:Budget"]
    )


def _bar(group: dict[str, Any]) -> Bar:
    count, amount = group["count"], group["sum:Budget"]
    grouped = write_number(amount, _texts.language)
    return Bar(group["status"], amount, (str(count), _texts.text("{amount} HUF", amount=grouped)))


def _day(day: str) -> str:
    return write_day(day, _texts.language)


def _in_all(page: Any) -> str:  # noqa: ANN401  # JSON
    return _texts.text("{count} in all", count=page["total"]) if "total" in page else ""


def _name_written(written: dict[str, Any]) -> str:
    return _texts.text("written as {write_id}", write_id=written["write_id"])


def _first(page: dict[str, Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """Return the first item.

    Raises:
        DemoError: There is none.
    """
    if not page["items"]:
        raise DemoError(
            _texts.text("The demo data lack what the demo looks for."),
            hint=_texts.text("Run crm-mock serve and look around."),
        )
    return page["items"][0]


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DemoError(otherwise)
