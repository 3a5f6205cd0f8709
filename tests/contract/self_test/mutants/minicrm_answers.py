"""Wrong fakes of MiniCRM: the shape of answers."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import modules, project_search, tasks
from mockserver.minicrm.call import Call
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import (
    alter_answers,
    alter_json,
    alter_rows,
    alter_texts,
    is_search,
    lose_non_ascii,
    replaces,
    replaces_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest

_IDS = ("Id", "StatusId", "UserId", "Deleted")


@wrong_fake("minicrm.search-ids-are-numbers", "minicrm.search.contact-types")
def print_ids_as_numbers(patch: pytest.MonkeyPatch) -> None:
    """Search results have ids as numbers where the document prints texts."""
    alter_rows(
        patch,
        "minicrm",
        lambda row: {k: int(v) if k in _IDS and isinstance(v, str) and v.isdigit() else v for k, v in row.items()},
    )


@wrong_fake("minicrm.detail-ids-are-texts", "minicrm.address.detail")
def print_ids_as_texts(patch: pytest.MonkeyPatch) -> None:
    """A detail has its ids as texts where the document prints numbers."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if request.method == "GET" and "Id" in answer:
            return {key: str(value) if key.endswith("Id") else value for key, value in answer.items()}
        return answer

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.written-id-is-text", "minicrm.address-update.only-what-is-sent")
def print_written_id_as_text(patch: pytest.MonkeyPatch) -> None:
    """A PUT answers the id as text."""
    alter_json(
        patch, "minicrm", lambda request, answer: {"Id": str(answer["Id"])} if request.method == "PUT" else answer
    )


@wrong_fake("minicrm.write-answers-a-bare-id", "minicrm.contact-create.answer")
def answer_a_bare_id(patch: pytest.MonkeyPatch) -> None:
    """A PUT answers the number alone rather than an object with its Id."""
    alter_json(patch, "minicrm", lambda request, answer: answer["Id"] if request.method == "PUT" else answer)


@wrong_fake("minicrm.task-ids-are-numbers", "minicrm.task-list.types")
def print_task_ids_as_numbers(patch: pytest.MonkeyPatch) -> None:
    """The list of tasks has ids as numbers where the document prints texts."""

    @replaces(patch, tasks, "_render_row")
    def render_row(original: Callable[..., dict[str, Any]], *args: Any) -> dict[str, Any]:
        row = original(*args)
        return {**row, "Id": int(row["Id"])}


@wrong_fake("minicrm.tasks-by-id", "minicrm.task-list.shape")
def key_tasks_by_id(patch: pytest.MonkeyPatch) -> None:
    """The Results of a task list are an object by id rather than a list."""

    @replaces_endpoint(patch, "ToDoList/{id}", "GET")
    def list_tasks(original: Callable[[Call], Any], call: Call) -> object:
        found = original(call)
        return {**found, "Results": {row["Id"]: row for row in found["Results"]}}


@wrong_fake("minicrm.results-are-a-list", "minicrm.search.results-by-id")
def list_results(patch: pytest.MonkeyPatch) -> None:
    """The Results of a search are a list rather than an object by id."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if is_search(request) and isinstance(answer.get("Results"), dict):
            answer["Results"] = list(answer["Results"].values())
        return answer

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.result-keys-are-positions", "minicrm.search.results-by-id")
def key_by_position(patch: pytest.MonkeyPatch) -> None:
    """The keys of Results count from 0 rather than being ids."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if is_search(request) and isinstance(answer.get("Results"), dict):
            answer["Results"] = {str(at): row for at, row in enumerate(answer["Results"].values())}
        return answer

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.search-prints-labels", "minicrm.project-search.status-groups-of-own-data")
def print_labels(patch: pytest.MonkeyPatch) -> None:
    """Search results have the labels of status and user in place of their ids."""

    @replaces(patch, project_search, "render_row")
    def render_row(original: Callable[..., dict[str, Any]], call: Call, project: Any, business: Any) -> dict[str, Any]:
        fields = call.account.modules[project.category_id].fields
        labels = {
            "StatusId": call.print_field(fields["StatusId"], project.status_id),
            "UserId": call.print_field(fields["UserId"], project.user_id),
        }
        return {**original(call, project, business), **labels}


@wrong_fake("minicrm.detail-prints-ids", "minicrm.search.labels")
def print_ids_in_detail(patch: pytest.MonkeyPatch) -> None:
    """A detail has the ids of status and user in place of their labels."""

    @replaces(patch, Call, "print_field")
    def print_field(original: Callable[..., object], call: Call, each: Any, value: object) -> object:
        return value if each.kind == "Enum" else original(call, each, value)


@wrong_fake("minicrm.sets-print-their-bitmask", "minicrm.field-types.set")
def print_bitmask(patch: pytest.MonkeyPatch) -> None:
    """A detail has the bitmask of a Set in place of its labels."""

    @replaces(patch, Call, "print_field")
    def print_field(original: Callable[..., object], call: Call, each: Any, value: object) -> object:
        return value if each.kind == "Set" else original(call, each, value)


@wrong_fake("minicrm.numbers-print-as-text", "minicrm.detail.numbers")
def print_numbers_as_text(patch: pytest.MonkeyPatch) -> None:
    """A detail has numbers as text."""

    @replaces(patch, Call, "print_field")
    def print_field(original: Callable[..., object], call: Call, each: Any, value: object) -> object:
        printed = original(call, each, value)
        return str(printed) if each.kind == "Int" else printed


@wrong_fake("minicrm.dates-in-iso-form", "minicrm.field-types.date-alone")
def print_iso_dates(patch: pytest.MonkeyPatch) -> None:
    """Dates and times have a T between them."""

    @replaces(patch, Call, "print_field")
    def print_field(original: Callable[..., object], call: Call, each: Any, value: object) -> object:
        printed = original(call, each, value)
        return str(printed).replace(" ", "T") if each.kind == "DateTime" else printed


@wrong_fake("minicrm.url-of-another", "minicrm.search.url")
def point_elsewhere(patch: pytest.MonkeyPatch) -> None:
    """The Url of a search result leads to the entity after it."""

    @replaces(patch, Call, "build_url")
    def build_url(original: Callable[..., str], call: Call, entity: str, entity_id: int) -> str:
        return original(call, entity, entity_id + 1)


@wrong_fake("minicrm.url-of-another-kind", "minicrm.search.url")
def point_at_contacts(patch: pytest.MonkeyPatch) -> None:
    """The Url of every search result leads to a contact."""

    @replaces(patch, Call, "build_url")
    def build_url(original: Callable[..., str], call: Call, _entity: str, entity_id: int) -> str:
        return original(call, "Contact", entity_id)


@wrong_fake("minicrm.search-lacks-the-url", "minicrm.search.url")
def leave_url_out(patch: pytest.MonkeyPatch) -> None:
    """Search results have no Url."""
    alter_rows(patch, "minicrm", lambda row: {key: row[key] for key in row if key != "Url"})


@wrong_fake("minicrm.values-html-escaped", "minicrm.project-update.texts")
def escape_html(patch: pytest.MonkeyPatch) -> None:
    """Values come back escaped for HTML: `&` as `&amp;`."""
    alter_json(patch, "minicrm", lambda _request, answer: alter_texts(answer, html.escape))


@wrong_fake("minicrm.non-ascii-lost", "minicrm.contact-create.person")
def lose_accents(patch: pytest.MonkeyPatch) -> None:
    """What is not ASCII comes back as a question mark."""
    alter_json(patch, "minicrm", lambda _request, answer: alter_texts(answer, lose_non_ascii))


@wrong_fake("minicrm.answers-are-latin-1", "minicrm.address-create.listed")
def answer_in_latin_1(patch: pytest.MonkeyPatch) -> None:
    """Answers are encoded as Latin-1."""

    def change(_request: ApiRequest, answer: Any) -> Any:
        if answer.status != 200:
            return answer
        text = json.dumps(json.loads(answer.body), ensure_ascii=False)
        return replace(answer, body=text.encode("latin-1", "replace"))

    alter_answers(patch, "minicrm", change)


@wrong_fake("minicrm.body-cut-at-1024", "minicrm.paging.starts-at-0")
def cut_body(patch: pytest.MonkeyPatch) -> None:
    """An answer ends after 1024 bytes."""
    alter_answers(patch, "minicrm", lambda _request, answer: replace(answer, body=answer.body[:1024]))


@wrong_fake("minicrm.long-text-cut-at-255", "minicrm.field-types.text")
def cut_texts(patch: pytest.MonkeyPatch) -> None:
    """Texts come back cut at 255 characters."""
    alter_json(patch, "minicrm", lambda _request, answer: alter_texts(answer, lambda text: text[:255]))


@wrong_fake("minicrm.answers-are-html", "minicrm.project-create.answer")
def call_it_html(patch: pytest.MonkeyPatch) -> None:
    """Answers are called HTML, as PHP does by itself."""
    alter_answers(
        patch,
        "minicrm",
        lambda _request, answer: replace(answer, content_type="text/html") if answer.status == 200 else answer,
    )


@wrong_fake("minicrm.modules-are-a-list", "minicrm.modules.names")
def list_modules(patch: pytest.MonkeyPatch) -> None:
    """The modules come as a list of names rather than names by id."""

    @replaces_endpoint(patch, "Category", "GET")
    def get(original: Callable[[Call], Any], call: Call) -> object:
        return list(original(call).values())


@wrong_fake("minicrm.detailed-ignored", "minicrm.modules.details")
def ignore_detailed(patch: pytest.MonkeyPatch) -> None:
    """Detailed=1 is ignored."""

    @replaces_endpoint(patch, "Category", "GET")
    def get(original: Callable[[Call], Any], call: Call) -> object:
        return original(replace(call, parameters={}))


@wrong_fake("minicrm.schema-ignores-the-module", "minicrm.schema.statuses")
def ignore_module(patch: pytest.MonkeyPatch) -> None:
    """The schema of the first module comes for every module."""

    @replaces_endpoint(patch, "Schema/Project/{id}", "GET")
    def get(original: Callable[[Call], Any], call: Call) -> object:
        return original(replace(call, target=str(next(iter(call.account.modules)))))


@wrong_fake("minicrm.schema-choices-are-a-list", "minicrm.schema.types")
def list_choices(patch: pytest.MonkeyPatch) -> None:
    """The choices of a field come as a list of labels rather than labels by id."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if "/Schema/" not in request.path:
            return answer
        return {name: list(each.values()) if hasattr(each, "values") else each for name, each in answer.items()}

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.person-schema-for-both", "minicrm.schema.contacts")
def mix_schemas(patch: pytest.MonkeyPatch) -> None:
    """Schema/Business is that of persons."""

    @replaces_endpoint(patch, "Schema/Business", "GET")
    def get(_original: object, call: Call) -> object:
        return modules.get_person_schema(call)
