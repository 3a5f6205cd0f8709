"""Summarizes projects by the cheapest plan, and by another one where the CRM's counts contradict its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from zoneinfo import ZoneInfo

from crm_mcp.aggregate.grouping import GroupKey, Measure, Summary, parse_group_keys, parse_measures
from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.crm.paging import Page
from crm_mcp.errors import InputError
from crm_mcp.languages import Texts
from crm_mcp.mcp.summary_result import SummaryResult, build_summary_result
from crm_mcp.minicrm.account.schema import check_field_names, choices_of
from crm_mcp.minicrm.field_table import PROJECT
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.search.projects import ProjectSearch, fields_in_rows
from crm_mcp.minicrm.summary.counts import CountsDisagreeError, count_groups
from crm_mcp.minicrm.summary.plan import Need, choose_plan
from crm_mcp.minicrm.summary.rows import OverlappingChoicesError, Tally, read_projects

_texts = Texts(__file__)


@dataclass(frozen=True, slots=True)
class Question:
    """What a summary groups by and measures, each field by its API name."""

    keys: Sequence[GroupKey]
    measures: Sequence[Measure]

    @property
    def key_names(self) -> list[str]:
        """What the result calls the keys."""
        return [key.name for key in self.keys]

    @property
    def measure_names(self) -> list[str]:
        """What the result calls the measures."""
        return [one.name for one in self.measures]

    @property
    def fields(self) -> list[str]:
        """Every field of the question, once."""
        return list(dict.fromkeys(one.field for one in (*self.keys, *self.measures)))

    @property
    def plain_fields(self) -> set[str]:
        """Fields that are grouped by as they are and not measured, so that a search for each choice is enough."""
        return {key.field for key in self.keys if not key.period} - {
            one.field for one in (*self.measures, *(key for key in self.keys if key.period))
        }


def parse_question(group_by: Sequence[str], measures: Sequence[str], labels: FieldLabels = NO_LABELS) -> Question:
    """Read what to group by and to measure, with `status` for `StatusId` and so on; labelled fields are named so.

    Raises:
        InputError: One of them is given twice, by its API name and its label.
    """
    keys = [_key_of(key, labels) for key in parse_group_keys(group_by)]
    measured = [_measure_of(one, labels) for one in parse_measures(measures)]
    names = [one.name for one in (*keys, *measured)]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise InputError(f"{twice!r} is given twice, by its name and its label.", hint="Name it once.")
    return Question(keys, measured)


def _key_of(key: GroupKey, labels: FieldLabels) -> GroupKey:
    field = PROJECT.api_name(labels.name_of(key.field))
    label = labels.label_of(field)
    if label == field:
        return replace(key, field=field)
    return replace(key, field=field, name=f"{key.period}:{label}" if key.period else label)


def _measure_of(measure: Measure, labels: FieldLabels) -> Measure:
    field = PROJECT.api_name(labels.name_of(measure.field))
    label = labels.label_of(field)
    return replace(measure, field=field, name=measure.name if label == field else f"{measure.kind}:{label}")


async def order_of_choices(search: ProjectSearch, question: Question) -> Sequence[str]:
    """Return the labels of the first key's choices in the order of the schema, which is that of the pipeline."""
    if not question.keys or question.keys[0].period:
        return ()
    choices = await _learn_choices(search, Question(question.keys[:1], ()))
    return list(choices.get(question.keys[0].field, {}).values())


async def summarize(
    search: ProjectSearch, question: Question, zone: ZoneInfo, *, max_groups: int, max_reads: int
) -> SummaryResult:
    """Return an exact summary with as few requests as possible; one that is not exact says why.

    `max_groups` is how many groups to list, 0 for as many as a small result holds, `max_reads` how many projects to
    read one by one at most. Raises an `InputError` for an unknown field.
    """
    choices = await _learn_choices(search, question)
    criteria = search.criteria
    fixed = {field: choices[field].get(str(value), value) for field, value in criteria.items() if field in choices}
    first = await search.read_page()
    await search.steps.advance(_texts.later("page {number}", number=1))
    tally = await _tally(search, question, choices, first, max_reads=max_reads)
    summary = Summary(question.keys, question.measures, zone)
    for values, number in tally.rows:
        summary.add({**values, **fixed}, number)
    incomplete_reason = " ".join(
        filter(None, [tally.incomplete_reason, "" if tally.is_counted else _describe_missing(question, fixed, tally)])
    )
    result = build_summary_result(
        summary, total=tally.total, incomplete_reason=incomplete_reason, read=tally.read, max_groups=max_groups
    )
    labels = search.directory.labels
    told = cast("dict[str, dict[str, int]]", result)
    by_field = {key: labels.by_label(told[key]) for key in ("skipped", "empty") if key in told}
    return cast("SummaryResult", {**result, **by_field})


async def _tally(
    search: ProjectSearch,
    question: Question,
    choices: dict[str, dict[str, str]],
    first: Page[Project],
    *,
    max_reads: int,
) -> Tally:
    """Carry out the cheapest plan; the next one where the CRM contradicts what it rests on."""
    may_count = True
    while True:
        needs = _needs(question, choices, search.criteria, first)
        plan = choose_plan(needs, first.total or 0, max_reads=max_reads, may_count=may_count)
        try:
            if plan.counts:
                return await count_groups(search, {need.field: choices[need.field] for need in needs}, first)
            return await read_projects(search, plan, choices, first, max_reads=max_reads)
        except CountsDisagreeError:
            may_count = False
        except OverlappingChoicesError as overlap:
            choices = {field: known for field, known in choices.items() if field != overlap.field}


def _describe_missing(question: Question, fixed: Mapping[str, object], tally: Tally) -> str:
    """Name the fields that no project has: older servers send neither contacts nor dates (documented)."""
    missing = [
        field
        for field in question.fields
        if field in PROJECT.values and field not in fixed and all(one.get(field) is None for one, _ in tally.rows)
    ]
    return f"MiniCRM sends no {' and no '.join(missing)} for these projects." if missing and tally.rows else ""


async def _learn_choices(search: ProjectSearch, question: Question) -> dict[str, dict[str, str]]:
    """Return the choices of each field that a search takes as a criterion, having checked that all fields exist."""
    if not question.fields:
        return {}
    needs_schema = not set(question.fields) <= {"CategoryId", "StatusGroup"}
    schemas = await search.read_schemas(search.module_id) if needs_schema else []
    if schemas:
        known = [field["name"] for schema in schemas for field in schema["fields"]]
        check_field_names(schemas[0], question.fields, [*PROJECT.values, *known])
    modules = await search.directory.modules() if "CategoryId" in question.fields else {}
    found = {field: choices_of(field, schemas, modules) for field in question.plain_fields}
    return {field: known for field, known in found.items() if known}


def _needs(
    question: Question, choices: Mapping[str, Mapping[str, str]], criteria: Mapping[str, object], first: Page[Project]
) -> list[Need]:
    """Return where each field can be had; one that the search itself fixes to a choice needs nothing."""
    told = fields_in_rows(first.items)
    return [
        Need(field, in_rows=field in told, in_details=field != "StatusGroup", choices=len(choices.get(field, ())))
        for field in question.fields
        if not (field in criteria and field in choices)
    ]
