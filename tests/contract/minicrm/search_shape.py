"""What the answer to a search looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, expect_nothing, read_object, restrict
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.responses import CrmResponse

_PROJECT = "Searching / Project search (full-text)"
_CONTACT = "Contact Search (full-text)"
_LIVE_INTS = "observed, grade A: Count, Id, StatusId, UserId and Deleted are numbers"
_PROJECT_KEYS = ("Id", "Name", "Url", "StatusId", "UserId", "Deleted")
_CONTACT_KEYS = ("Id", "Name", "Url", "Type", "Email", "Phone")


def _search_projects(minicrm: MinicrmAccount) -> CrmResponse:
    minicrm.need_projects(1)
    return minicrm.get(f"{ROOT}/Project", CategoryId=minicrm.main_module)


def _hits(response: CrmResponse) -> list[dict[str, Any]]:
    results: Any = read_object(response)["Results"]
    return list(cast("dict[str, dict[str, Any]]", results).values()) if isinstance(results, dict) else results


@rule("minicrm.search.json", source="Data format")
def check_json(minicrm: MinicrmAccount) -> None:
    """Answers are JSON and say so: Content-Type application/json."""
    for path in ("Category", f"Project?CategoryId={minicrm.main_module}", "Schema/Person"):
        response = minicrm.send("GET", f"{ROOT}/{path.partition('?')[0]}", raw_query=path.partition("?")[2])
        response.json()
        expect_equal(response.media_type, "application/json", f"the media type of {path}", response)


@rule("minicrm.search.envelope", source="Searching")
def check_envelope(minicrm: MinicrmAccount) -> None:
    """A search answers an object with Count and Results and nothing else."""
    expect_equal(sorted(read_object(_search_projects(minicrm))), ["Count", "Results"], "the keys of the answer")


@rule("minicrm.search.count-is-a-number", source="Searching")
def check_count_is_a_number(minicrm: MinicrmAccount) -> None:
    """Count is a number."""
    response = _search_projects(minicrm)
    count = read_object(response)["Count"]
    is_number = isinstance(count, int) and not isinstance(count, bool)
    expect(is_number, "Count to be a number", repr(count), response, live="observed, grade B: Count may be text")


@rule("minicrm.search.results-by-id", source="Searching")
def check_results_by_id(minicrm: MinicrmAccount) -> None:
    """Results is an object that has each hit under its id."""
    for response in (_search_projects(minicrm), minicrm.get(f"{ROOT}/Contact", Type="Person")):
        results: object = read_object(response)["Results"]
        expect(isinstance(results, dict), "Results to be an object", response.describe(), response)
        for key, row in cast("dict[str, dict[str, object]]", results).items():
            expect(str(row["Id"]) == key, f"the hit under {key} to have that Id", row["Id"], response,
                   live="observed, grade B: a key may differ from its Id")  # fmt: skip


@rule("minicrm.search.project-keys", source=_PROJECT)
def check_project_keys(minicrm: MinicrmAccount) -> None:
    """A project among the hits has Id, Name, Url, StatusId, UserId and Deleted."""
    response = _search_projects(minicrm)
    for row in _hits(response):
        missing = [name for name in _PROJECT_KEYS if name not in row]
        expect(not missing, f"the keys {', '.join(_PROJECT_KEYS)}", f"a hit without {', '.join(missing)}", response)


@rule("minicrm.search.project-keys-only", source=_PROJECT)
def check_project_keys_only(minicrm: MinicrmAccount) -> None:
    """A project among the hits has the six documented keys and no others."""
    response = _search_projects(minicrm)
    for row in _hits(response):
        others = [name for name in row if name not in _PROJECT_KEYS]
        expect(not others, f"no keys but {', '.join(_PROJECT_KEYS)}", f"also {', '.join(others)}", response,
               live="observed, grade A: ContactId and BusinessId come too")  # fmt: skip


@rule("minicrm.search.project-types", source=_PROJECT)
def check_project_types(minicrm: MinicrmAccount) -> None:
    """Every value of a project among the hits is text, its ids and Deleted included."""
    response = _search_projects(minicrm)
    for row in _hits(response):
        for name in _PROJECT_KEYS:
            value = row.get(name)
            expect(isinstance(value, str), f"{name} to be text", repr(value), response, live=_LIVE_INTS)


@rule("minicrm.search.contact-keys", source=_CONTACT)
def check_contact_keys(minicrm: MinicrmAccount) -> None:
    """A contact among the hits has Id, Name, Url, Type, Email and Phone, and Type is Person or Business."""
    response = minicrm.get(f"{ROOT}/Contact", Type="Person")
    for row in _hits(response):
        missing = [name for name in _CONTACT_KEYS if name not in row]
        expect(not missing, f"the keys {', '.join(_CONTACT_KEYS)}", f"a hit without {', '.join(missing)}", response)
        expect(row["Type"] in ("Person", "Business"), "Type to be Person or Business", row["Type"], response)


@rule("minicrm.search.contact-types", source=_CONTACT)
def check_contact_types(minicrm: MinicrmAccount) -> None:
    """Every value of a contact among the hits is text, its Id included."""
    response = minicrm.get(f"{ROOT}/Contact", Type="Person")
    for row in _hits(response):
        for name in _CONTACT_KEYS:
            value = row.get(name, "")
            expect(isinstance(value, str), f"{name} to be text", repr(value), response, live=_LIVE_INTS)


@rule("minicrm.search.deleted-flag", source=_PROJECT)
def check_deleted_flag(minicrm: MinicrmAccount) -> None:
    """Deleted of a hit is 0 or 1."""
    for row in _hits(_search_projects(minicrm)):
        expect(str(row["Deleted"]) in ("0", "1"), "Deleted to be 0 or 1", repr(row["Deleted"]))


@rule("minicrm.search.url", source="Searching")
def check_url(minicrm: MinicrmAccount) -> None:
    """The Url of a hit is the API's address of that entity: /Api/R3/Project/ID, /Api/R3/Contact/ID."""
    for entity, response in (
        ("Project", _search_projects(minicrm)),
        ("Contact", minicrm.get(f"{ROOT}/Contact", Type="Person")),
    ):
        for row in _hits(response)[:20]:
            url = str(row["Url"])
            is_so = url.startswith("http") and url.endswith(f"{ROOT}/{entity}/{row['Id']}")
            expect(is_so, f"the Url to end with {ROOT}/{entity}/{row['Id']}", url, response)


@rule("minicrm.search.nothing-found", source="Searching")
def check_nothing_found(minicrm: MinicrmAccount) -> None:
    """Where nothing is found, Count is 0 and Results has no hits, with status 200."""
    for entity in ("Project", "Contact"):
        found = minicrm.search(entity, Query="nobodyhasthisword4711")
        expect_nothing(found, f"Count and hits of {entity}")


@rule("minicrm.search.empty-results", source="Searching", provenance="observed")
def check_empty_results(minicrm: MinicrmAccount) -> None:
    """Empty Results is an empty list, as PHP prints it, not an empty object (grades A, C)."""
    for entity in ("Project", "Contact"):
        response = minicrm.get(f"{ROOT}/{entity}", Query="nobodyhasthisword4711")
        expect_equal(read_object(response)["Results"], [], f"Results of {entity}", response)


@rule("minicrm.search.hit-and-detail", source="Searching")
def check_hit_and_detail(minicrm: MinicrmAccount) -> None:
    """Every hit can be fetched by its id, and its detail has the same name and the same Deleted."""
    rows = list(minicrm.need_projects(1).items())
    for project_id, row in (*rows[:4], *rows[-2:]):
        detail = minicrm.fetch("Project", project_id)
        expect_equal(str(detail["Id"]), project_id, "the Id of the detail")
        expect_equal(detail["Name"], row["Name"], "the Name of the detail")
        expect_equal(str(detail["Deleted"]), str(row["Deleted"]), "Deleted of the detail")
    for contact_id, row in list(minicrm.search("Contact", Type="Person").rows.items())[:4]:
        detail = minicrm.fetch("Contact", contact_id)
        expect_equal(str(detail["Id"]), contact_id, "the Id of the detail")
        expect_equal(detail.get("Email", ""), row.get("Email", ""), "the Email of the detail")
        names = {str(detail.get("FirstName", "")), str(detail.get("LastName", ""))}
        expect(all(name in row["Name"] for name in names), f"{names} in the Name of the hit", row["Name"])


@rule("minicrm.search.labels", source="Project (GET)")
def check_labels(minicrm: MinicrmAccount) -> None:
    """A hit has the ids of status and user, the detail their labels as the schema has them."""
    projects = minicrm.list_projects()
    for module in sorted({str(row["CategoryId"]) for row in projects.values()})[:3]:
        schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{module}"))
        for project_id in restrict(projects, CategoryId=module)[:6]:
            detail = minicrm.fetch("Project", project_id)
            for name in ("StatusId", "UserId"):
                label = schema[name].get(str(projects[project_id][name]))
                if label is not None:
                    expect_equal(detail[name], label, f"{name} of project {project_id}")
