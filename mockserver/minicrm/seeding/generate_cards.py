"""Generates what lies on generated projects beside their tasks: changes of status, and e-mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.crm.words import Words

Row = dict[str, Any]


def make_status_changes(
    ids: Sequence[int], projects: Sequence[Row], statuses: Mapping[int, Sequence[int]], words: Words
) -> list[Row]:
    """Return a change for each id, of one project each: into the status that it has, from another of its module.

    The projects are told when that was. There are fewer where there are fewer projects whose module has two statuses.
    """
    changed = [each for each in projects if "StatusId" in each and len(statuses[each["CategoryId"]]) > 1]
    return [_make_change(*each, statuses, words) for each in zip(ids, changed, strict=False)]


def _make_change(row_id: int, project: Row, statuses: Mapping[int, Sequence[int]], words: Words) -> Row:
    when = words.moment(project["CreatedAt"])
    project["StatusUpdatedAt"] = when
    project["UpdatedAt"] = max(when, project["UpdatedAt"])
    change: Row = {"Id": row_id, "ProjectId": project["Id"], "ClosedAt": when}
    if "UpdatedBy" in project:
        change["UserId"] = project["UpdatedBy"]
    others = [each for each in statuses[project["CategoryId"]] if each != project["StatusId"]]
    return {**change, "Status_Old_Id": words.pick(others), "Status_New_Id": project["StatusId"]}


def make_email(row_id: int, project: Row, words: Words) -> Row:
    """Return an e-mail of a project, which may have been opened."""
    sent = words.moment(project.get("CreatedAt", ""))
    is_received = words.happens(0.3)
    theirs, ours = words.email(words.pick(words.pool().last_names), "example"), "hello@seller.example"
    email: Row = {
        "Id": row_id,
        "ProjectId": project["Id"],
        "From": theirs if is_received else ours,
        "To": ours if is_received else theirs,
        "Subject": words.phrase(),
        "Body": f"<p>{words.sentence()}</p>",
        "Status": "Received" if is_received else "Sent",
        "CreatedAt": sent,
    }
    return {**email, "OpenedAt": words.moment(sent)} if not is_received and words.happens(0.5) else email
