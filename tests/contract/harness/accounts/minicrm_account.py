"""A MiniCRM account: searches, writes, and finds the data that rules ask about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.account import Account
from tests.contract.harness.checks import BrokenError, expect
from tests.contract.harness.rules import NotTestedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contract.harness.responses import CrmResponse

ROOT = "/Api/R3"
PAGE_SIZE = 100
MOST_PAGES = 10
STATUS_GROUPS = ("Open", "Success", "Failed")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search.

    Attributes:
        count: What `Count` says, as a number; that it is one is a rule of its own.
        rows: The hits by id, in the order of the answer.
        answer: The answer.
    """

    count: int
    rows: dict[str, Row]
    response: CrmResponse

    @property
    def ids(self) -> list[str]:
        """The ids of the hits, in the order of the answer."""
        return list(self.rows)


class MinicrmAccount(Account):
    """A MiniCRM account on a target."""

    _known_rows: dict[str, dict[str, Row]] | None = None
    _known_modules: dict[str, str] | None = None

    @property
    def system_id(self) -> str:
        """The account's number, the first half of its login."""
        return self._login[0]

    def search(self, entity: str, **parameters: str) -> Found:
        """Search `Project` or `Contact`, and demand a page of hits.

        Raises:
            BrokenError: The answer is something else.
        """
        return read_found(self.get(f"{ROOT}/{entity}", **parameters))

    def search_all(self, entity: str, **parameters: str) -> dict[str, Row]:
        """Return all hits, page by page.

        Raises:
            BrokenError: The pages do not end.
            NotTestedError: There are more than a rule can look at.
        """
        found: dict[str, Row] = {}
        for page in range(MOST_PAGES):
            rows = self.search(entity, **parameters, Page=str(page)).rows
            if rows and set(rows) <= set(found):
                raise BrokenError(f"page {page} to go on where page {page - 1} ended", "hits that came before")
            found |= rows
            if len(rows) < PAGE_SIZE:
                return found
        raise NotTestedError(f"there are more than {MOST_PAGES * PAGE_SIZE} hits")

    def list_modules(self) -> dict[str, str]:
        """Return the modules' names by id.

        Raises:
            NotTestedError: There are none.
        """
        if self._known_modules is None:
            self._known_modules = cast("dict[str, str]", self.get(f"{ROOT}/Category").json())
        if not self._known_modules:
            raise NotTestedError("the account has no modules")
        return self._known_modules

    def list_projects(self) -> dict[str, Row]:
        """Return all projects that are not trashed, as the run found them, by id; `CategoryId` tells the module.

        Raises:
            NotTestedError: There are none.
        """
        if self._known_rows is None:
            by_module: dict[str, dict[str, Row]] = {}
            for module in self.list_modules():
                rows = self.search_all("Project", CategoryId=module)
                by_module[module] = {row_id: {**row, "CategoryId": module} for row_id, row in rows.items()}
            self._known_rows = by_module
        projects = {row_id: row for rows in self._known_rows.values() for row_id, row in rows.items()}
        if not projects:
            raise NotTestedError("the account has no projects")
        return projects

    @property
    def main_module(self) -> str:
        """The id of the module that has most projects."""
        self.list_projects()
        known = self._known_rows or {}
        return max(known, key=lambda module: len(known[module]))

    def need_projects(self, least: int) -> dict[str, Row]:
        """Return the projects of the main module, of which there must be some.

        Raises:
            NotTestedError: There are fewer.
        """
        module = self.main_module
        projects = {row_id: row for row_id, row in self.list_projects().items() if row["CategoryId"] == module}
        if len(projects) < least:
            raise NotTestedError(f"module {module} has {len(projects)} projects, and the rule needs {least}")
        return projects

    def list_contacts(self, least: int = 1) -> dict[str, Row]:
        """Return all contacts, by id.

        Raises:
            NotTestedError: There are fewer than needed.
        """
        contacts = {**self.search_all("Contact", Type="Person"), **self.search_all("Contact", Type="Business")}
        if len(contacts) < least:
            raise NotTestedError(f"the account has {len(contacts)} contacts, and the rule needs {least}")
        return contacts

    def fetch(self, entity: str, entity_id: object) -> dict[str, Any]:
        """Return the detail of one entity.

        Raises:
            BrokenError: It is no object.
        """
        return read_object(self.get(f"{ROOT}/{entity}/{entity_id}"))

    def find_project(
        self, is_wanted: Callable[[dict[str, Any]], bool], need: str, *, tries: int = 12
    ) -> dict[str, Any]:
        """Return the detail of a project that meets a condition; the first few are looked at.

        Raises:
            NotTestedError: There is none.
        """
        for project_id in list(self.need_projects(1))[:tries]:
            detail = self.fetch("Project", project_id)
            if is_wanted(detail):
                return detail
        raise NotTestedError(f"none of the first {tries} projects {need}")

    def put(self, path: str, body: object) -> CrmResponse:
        """PUT a JSON body, whatever the answer.

        Raises:
            NotTestedError: The run may not write.
        """
        self.need_sandbox()
        return self.send("PUT", f"{ROOT}/{path}", body=body)

    def get_further(self, path: str, **query: str) -> CrmResponse:
        """GET what the CRM's own document does not describe, and demand 200.

        Raises:
            BrokenError: It is another status.
            NotTestedError: Somebody's account answers 403 or 404: its plan, or its server, has no such thing.
        """
        response = self.send("GET", path, query)
        if self.home is None and response.status in {403, 404}:
            raise NotTestedError(f"the account has nothing at {path}: status {response.status}")
        expect(response.status == 200, "status 200", response.describe(), response)
        return response

    def need_home(self, why: str) -> None:
        """Stop a rule that is never played in somebody's account, whatever a run may write.

        Raises:
            NotTestedError: The data is not the suite's own.
        """
        if self.home is None:
            raise NotTestedError(f"{why}, so it is played on a fake alone")

    def save(self, path: str, body: object) -> str:
        """PUT a JSON body, and return the id that a success answers with.

        Raises:
            BrokenError: It was refused, or answered with something else.
        """
        response = self.put(path, body)
        expect(response.status == 200, "status 200", response.describe(), response)
        answered = read_object(response)
        expect("Id" in answered, "an answer with the Id", response.describe(), response)
        return str(answered["Id"])

    def build_project(self, **fields: object) -> dict[str, object]:
        """Return the body of a new project in the sandbox."""
        self.need_sandbox()
        name = f"{self.sandbox.prefix}{fields.pop('Name', 'project')}"
        return {
            "CategoryId": int(self.writable_module),
            "ContactId": int(self.writable_contact),
            "Name": name,
            **fields,
        }

    def make_project(self, **fields: object) -> str:
        """Create a project in the sandbox and return its id."""
        return self.save("Project", self.build_project(**fields))

    def make_contact(self, **fields: object) -> str:
        """Create a person and return its id."""
        self.need_sandbox()
        last_name = f"{self.sandbox.prefix}{fields.pop('LastName', 'person')}"
        return self.save("Contact", {"Type": "Person", "LastName": last_name, **fields})

    @property
    def writable_module(self) -> str:
        """The id of the module that projects may be made in."""
        return self.sandbox.places.get("minicrm.module") or self.main_module

    @property
    def writable_contact(self) -> str:
        """The id of the contact that projects may be made for."""
        return self.sandbox.places.get("minicrm.contact") or next(iter(self.search("Contact", Type="Person").rows))

    def find_custom_field(self, type_text: str) -> str:
        """Return a field of the account's own of a type, such as `Text`, of the module that may be written.

        Raises:
            NotTestedError: There is none.
        """
        schema = read_object(self.get(f"{ROOT}/Schema/Project/{self.writable_module}"))
        for name, kind in schema.items():
            if name not in _BUILT_IN and isinstance(kind, str) and kind.partition("(")[0] == type_text:
                return name
        raise NotTestedError(f"module {self.writable_module} has no {type_text} field of its own")

    def find_choices(self, name_part: str = "", *, is_set: bool = False) -> tuple[str, dict[str, str]]:
        """Return a field of the account's own with its choices by id.

        Raises:
            NotTestedError: There is none.
        """
        schema = read_object(self.get(f"{ROOT}/Schema/Project/{self.writable_module}"))
        for name, kind in schema.items():
            if isinstance(kind, dict) and name not in _BUILT_IN and name_part in name:
                choices = cast("dict[str, str]", kind)
                if name.startswith("Set") == is_set and len(choices) > 1:
                    return name, choices
        raise NotTestedError(f"module {self.writable_module} has no {'Set' if is_set else 'Enum'} field of its own")


_BUILT_IN = frozenset({
    "Id", "CategoryId", "ContactId", "StatusId", "UserId", "BusinessId", "Name", "Deleted", "ReferenceId", "CreatedBy",
    "CreatedAt", "UpdatedBy", "UpdatedAt", "StatusUpdatedAt",
})  # fmt: skip


def read_object(response: CrmResponse) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        BrokenError: It is something else.
    """
    value = response.json()
    if not isinstance(value, dict):
        raise BrokenError("a JSON object", response.describe(), response)
    return cast("dict[str, Any]", value)


def read_found(response: CrmResponse) -> Found:
    """Return a page of hits, in whichever of the known shapes it comes.

    Raises:
        BrokenError: It is something else.
    """
    found = read_object(response)
    count: object = found.get("Count")
    if isinstance(count, bool) or not str(count).isdigit():
        raise BrokenError("Count to tell the number of hits", response.describe(), response)
    results: Any = found.get("Results")
    if isinstance(results, dict):
        rows = list(cast("dict[str, Row]", results).values())
    else:
        rows = cast("list[Row]", results or [])
    if any(not isinstance(row, dict) or "Id" not in row for row in cast("list[object]", rows)):
        raise BrokenError("hits that have an Id", response.describe(), response)
    return Found(int(str(count)), {str(row["Id"]): row for row in rows}, response)


def expect_nothing(found: Found, what: str) -> None:
    """Demand a Count of 0 and no hits."""
    came = f"a Count of {found.count} and {len(found.rows)} hits"
    expect(found.count == 0 and not found.rows, f"{what}: a Count of 0 and no hits", came, found.response)


def restrict(rows: Mapping[str, Row], **wanted: str) -> list[str]:
    """Return the ids of the rows that hold some values, compared as text."""
    return [row_id for row_id, row in rows.items() if all(str(row.get(name)) == text for name, text in wanted.items())]
