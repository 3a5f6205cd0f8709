"""Which projects a search finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.minicrm_account import ROOT, STATUS_GROUPS, expect_nothing, read_found, restrict
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_FULL_TEXT = "Searching / Project search (full-text)"
_BY_FIELD = "Searching / Project search (field-based)"
_WORD = re.compile(r"[a-zA-Z]{4,}")


def _find_word(minicrm: MinicrmAccount) -> str:
    """Return a word that stands in some projects' names and not in all.

    Raises:
        NotTestedError: There is none.
    """
    names = [str(row["Name"]).casefold().split() for row in minicrm.need_projects(2).values()]
    for words in names:
        for word in words:
            share = sum(word in others for others in names)
            if _WORD.fullmatch(word) and share < len(names):
                return word
    raise NotTestedError("no word stands in some names and not in all")


def _texts(minicrm: MinicrmAccount, project_id: str) -> str:
    """Return all texts of a project, in lower case."""
    return " ".join(str(value) for value in minicrm.fetch("Project", project_id).values()).casefold()


@rule("minicrm.project-search.full-text", source=_FULL_TEXT)
def check_full_text(minicrm: MinicrmAccount) -> None:
    """Query finds the projects that have the word, those with it in the name among them, and no others."""
    word = _find_word(minicrm)
    named = {one for one, row in minicrm.list_projects().items() if word in str(row["Name"]).casefold().split()}
    found = minicrm.search_all("Project", Query=word)
    missing = sorted(named - set(found))
    expect(not missing, f"all {len(named)} projects with {word!r} in the name", f"{missing[:8]} missing")
    for project_id in [one for one in found if word not in str(found[one]["Name"]).casefold()][:8]:
        expect(word in _texts(minicrm, project_id), f"{word!r} in project {project_id}", "none of its texts has it")


@rule("minicrm.project-search.full-text-count", source=_FULL_TEXT)
def check_full_text_count(minicrm: MinicrmAccount) -> None:
    """Count tells how many projects Query finds, not how many there are or how many a page shows."""
    word = _find_word(minicrm)
    found = minicrm.search("Project", Query=word)
    expect_equal(found.count, len(minicrm.search_all("Project", Query=word)), f"Count for Query={word}")


@rule("minicrm.project-search.full-text-case", source=_FULL_TEXT, provenance="observed")
def check_full_text_case(minicrm: MinicrmAccount) -> None:
    """Query is blind to letter case (grade B)."""
    word = _find_word(minicrm)
    found = [minicrm.search("Project", Query=each).ids for each in (word.lower(), word.upper())]
    expect_equal(found[1], found[0], f"the ids for {word.upper()}, against those for {word.lower()}")


@rule("minicrm.project-search.whole-words", source=_FULL_TEXT, provenance="observed")
def check_whole_words(minicrm: MinicrmAccount) -> None:
    """Query takes whole words: a part of a word does not find it (grade B)."""
    word = _find_word(minicrm)
    named = [one for one, row in minicrm.list_projects().items() if word in str(row["Name"]).casefold().split()]
    part = word[:-2]
    found = minicrm.search_all("Project", Query=part)
    wrong = [one for one in named if one in found and part not in _texts(minicrm, one).split()]
    expect(not wrong, f"no project for {part!r} that has only {word!r}", wrong[:8])


@rule("minicrm.project-search.two-words", source=_FULL_TEXT, provenance="observed")
def check_two_words(minicrm: MinicrmAccount) -> None:
    """A Query of two words finds the projects that have both (grade B)."""
    for row in minicrm.need_projects(2).values():
        words = [word for word in str(row["Name"]).split() if word.isascii() and word.isalnum() and len(word) > 2]
        if len(words) > 1:
            alone = [set(minicrm.search_all("Project", Query=word)) for word in words[:2]]
            both = set(minicrm.search_all("Project", Query=" ".join(words[:2])))
            expect_same_ids(both, alone[0] & alone[1], f"the projects with {words[0]!r} and {words[1]!r}")
            return
    raise NotTestedError("no project's name has two words")


@rule("minicrm.project-search.no-wildcards", source=_FULL_TEXT)
def check_no_wildcards(minicrm: MinicrmAccount) -> None:
    """Percent, underscore and asterisk are no wildcards in Query."""
    word = _find_word(minicrm)
    found = set(minicrm.search_all("Project", Query=word))
    for pattern in (f"{word[:3]}%", f"%{word[1:]}", f"{word[0]}_{word[2:]}", f"{word[:2]}*", f"{word[:-1]}_"):
        wrong = sorted(found & set(minicrm.search("Project", Query=pattern).rows))
        wrong = [one for one in wrong if pattern not in _texts(minicrm, one)]
        expect(not wrong, f"no projects for {pattern!r} that have only {word!r}", wrong[:8])


@rule("minicrm.project-search.encoded-space", source="Examples")
def check_encoded_space(minicrm: MinicrmAccount) -> None:
    """A space in Query may be sent as %20 or as a plus."""
    word = _find_word(minicrm)
    name = next(str(row["Name"]) for row in minicrm.list_projects().values() if word in str(row["Name"]).casefold())
    words = [each for each in name.split() if each.isascii() and each.isalnum()][:2]
    raw = [
        read_found(minicrm.send("GET", f"{ROOT}/Project", raw_query=f"Query={sign.join(words)}"))
        for sign in ("%20", "+")
    ]
    expect_equal(raw[1].ids, raw[0].ids, f"the ids for Query={'+'.join(words)}, against those with %20")
    expect(raw[0].count > 0, f"hits for Query={'%20'.join(words)}", "none")


@rule("minicrm.project-search.status", source=_BY_FIELD)
def check_status(minicrm: MinicrmAccount) -> None:
    """StatusId finds the projects of that status, and no others."""
    projects = minicrm.list_projects()
    for status in sorted({str(row.get("StatusId")) for row in projects.values()})[:4]:
        found = minicrm.search_all("Project", StatusId=status)
        expect_same_ids(list(found), restrict(projects, StatusId=status), f"the projects of status {status}")


@rule("minicrm.project-search.user", source=_BY_FIELD)
def check_user(minicrm: MinicrmAccount) -> None:
    """UserId finds the projects of that user, and no others."""
    projects = minicrm.list_projects()
    for user in sorted({str(row.get("UserId")) for row in projects.values()})[:3]:
        found = minicrm.search_all("Project", UserId=user)
        expect_same_ids(list(found), restrict(projects, UserId=user), f"the projects of user {user}")


@rule("minicrm.project-search.and", source=_BY_FIELD)
def check_and(minicrm: MinicrmAccount) -> None:
    """Several parameters must all hold: StatusId and UserId find the projects that have both."""
    projects = minicrm.list_projects()
    pairs = sorted({(str(row.get("StatusId")), str(row.get("UserId"))) for row in projects.values()})
    statuses, users = sorted({one for one, _ in pairs}), sorted({other for _, other in pairs})
    if len(statuses) < 2 and len(users) < 2:
        raise NotTestedError("all projects have one status and one user")
    for status in statuses[:3]:
        for user in users[:2]:
            wanted = restrict(projects, StatusId=status, UserId=user)
            for order in (("StatusId", "UserId"), ("UserId", "StatusId")):
                values = {"StatusId": status, "UserId": user}
                found = minicrm.search_all("Project", **{name: values[name] for name in order})
                expect_same_ids(list(found), wanted, f"the projects of status {status} and user {user}")


@rule("minicrm.project-search.query-and-field", source=_BY_FIELD)
def check_query_and_field(minicrm: MinicrmAccount) -> None:
    """Query and a field must both hold."""
    word = _find_word(minicrm)
    alone = minicrm.search_all("Project", Query=word)
    statuses = {str(row.get("StatusId")) for row in minicrm.need_projects(2).values()}
    for status in sorted(statuses)[:3]:
        found = minicrm.search_all("Project", Query=word, StatusId=status)
        expect_same_ids(list(found), restrict(alone, StatusId=status), f"the projects with {word!r} of status {status}")


@rule("minicrm.project-search.count-of-filtered", source="Searching")
def check_count_of_filtered(minicrm: MinicrmAccount) -> None:
    """Count tells the number of hits of this search."""
    projects = minicrm.list_projects()
    for status in sorted({str(row.get("StatusId")) for row in projects.values()})[:4]:
        count = minicrm.search("Project", StatusId=status).count
        expect_equal(count, len(restrict(projects, StatusId=status)), f"Count for StatusId={status}")


@rule("minicrm.project-search.module", source=_BY_FIELD, provenance="observed")
def check_module(minicrm: MinicrmAccount) -> None:
    """CategoryId finds the projects of that module, each of which says so in its detail (grade B)."""
    for module in list(minicrm.list_modules())[:3]:
        for project_id in minicrm.search("Project", CategoryId=module).ids[:2]:
            detail = minicrm.fetch("Project", project_id)
            expect_equal(str(detail["CategoryId"]), module, f"CategoryId of project {project_id}")


@rule("minicrm.project-search.status-group", source=_BY_FIELD)
def check_status_group(minicrm: MinicrmAccount) -> None:
    """StatusGroup (Open, Success, Failed) goes by the status: each status belongs to one group, whole."""
    projects = minicrm.list_projects()
    group_of: dict[str, str] = {}
    sizes: list[int] = []
    for group in STATUS_GROUPS:
        found = minicrm.search_all("Project", StatusGroup=group)
        sizes.append(len(found))
        for status in {str(row.get("StatusId")) for row in found.values()}:
            other = group_of.setdefault(status, group)
            expect(other == group, f"status {status} in one group", f"it is found as {other} and as {group}")
            in_group = restrict(found, StatusId=status)
            expect_same_ids(in_group, restrict(projects, StatusId=status), f"the {group} projects of status {status}")
    expect(sum(sizes) > 0, "projects in some group", "none in any")
    expect(max(sizes) < len(projects) or len(group_of) == 1, "a group to leave some projects out", sizes)


@rule("minicrm.project-search.status-groups-of-own-data", source=_BY_FIELD)
def check_own_status_groups(minicrm: MinicrmAccount) -> None:
    """The groups are those that the account's statuses were put into."""
    if minicrm.home is None:
        raise NotTestedError("only of the suite's own data the groups are known")
    from tests.contract.harness.accounts.home_seed import build_home_seed

    modules: dict[str, Any] = build_home_seed()["minicrm"]["modules"]
    groups = {status: facts["group"] for module in modules.values() for status, facts in module["statuses"].items()}
    projects = minicrm.list_projects()
    for group in STATUS_GROUPS:
        wanted = [one for one, row in projects.items() if groups[str(row["StatusId"])] == group]
        expect_same_ids(
            list(minicrm.search_all("Project", StatusGroup=group)), wanted, f"the projects of group {group}"
        )


@rule("minicrm.project-search.status-group-and-field", source=_BY_FIELD)
def check_status_group_and_field(minicrm: MinicrmAccount) -> None:
    """StatusGroup and a field must both hold."""
    users = sorted({str(row.get("UserId")) for row in minicrm.list_projects().values()})
    for group in STATUS_GROUPS:
        alone = minicrm.search_all("Project", StatusGroup=group)
        for user in users[:2]:
            found = minicrm.search_all("Project", StatusGroup=group, UserId=user)
            expect_same_ids(list(found), restrict(alone, UserId=user), f"the {group} projects of user {user}")


@rule("minicrm.project-search.status-group-of-trash", source=_BY_FIELD, provenance="assumed")
def check_status_group_of_trash(minicrm: MinicrmAccount) -> None:
    """StatusGroup and Deleted=1 must both hold: the groups share out the trash as they do the other projects."""
    trashed = minicrm.search_all("Project", Deleted="1")
    if not trashed:
        raise NotTestedError("no project is in the trash")
    found = [one for group in STATUS_GROUPS for one in minicrm.search_all("Project", StatusGroup=group, Deleted="1")]
    expect_same_ids(found, trashed, "the trashed projects of all groups")


@rule("minicrm.project-search.unknown-status-group", source=_BY_FIELD, provenance="assumed")
def check_unknown_status_group(minicrm: MinicrmAccount) -> None:
    """A StatusGroup that is none of the words is refused with 400."""
    for group in ("open", "Closed", "All", ""):
        response = minicrm.send("GET", f"{ROOT}/Project", {"StatusGroup": group})
        expect(response.status == 400, f"status 400 for StatusGroup={group}", response.describe(), response)


@rule("minicrm.project-search.unknown-parameter", source="Error handling")
def check_unknown_parameter(minicrm: MinicrmAccount) -> None:
    """A parameter that does not exist is illegal: the request is refused with 400."""
    for name in ("NoSuchParameterHere", "statusid", "STATUSID"):
        response = minicrm.send("GET", f"{ROOT}/Project", {name: "1"})
        expect(response.status == 400, f"status 400 for {name}=1", response.describe(), response)


@rule("minicrm.project-search.no-match", source=_BY_FIELD)
def check_no_match(minicrm: MinicrmAccount) -> None:
    """Parameters that no project meets find nothing."""
    projects = minicrm.list_projects()
    status = next(str(row["StatusId"]) for row in projects.values())
    found = minicrm.search("Project", StatusId=status, Query="nobodyhasthisword4711")
    expect_nothing(found, "Count and hits")


@rule("minicrm.project-search.trash-hidden", source=_BY_FIELD, provenance="assumed")
def check_trash_hidden(minicrm: MinicrmAccount) -> None:
    """A search without Deleted shows no trashed projects; Deleted=1 shows them alone."""
    for criterion in ({"CategoryId": minicrm.main_module}, {"Query": _find_word(minicrm)}):
        plain = minicrm.search_all("Project", **criterion)
        trashed = minicrm.search_all("Project", **criterion, Deleted="1")
        shown = {one: str(row["Deleted"]) for one, row in plain.items() if str(row["Deleted"]) != "0"}
        expect(not shown, f"no trashed projects for {criterion}", shown)
        other = {one: str(row["Deleted"]) for one, row in trashed.items() if str(row["Deleted"]) != "1"}
        expect(not other, f"trashed projects alone for {criterion} with Deleted=1", other)
        expect_equal(
            list(minicrm.search_all("Project", **criterion, Deleted="0")), list(plain), "the ids with Deleted=0"
        )
    if minicrm.home is not None:
        expect(bool(minicrm.search("Project", Deleted="1").rows), "the trashed projects for Deleted=1", "none")
