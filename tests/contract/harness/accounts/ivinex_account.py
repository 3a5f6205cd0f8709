"""An Ivinex account: searches, writes, and finds the data that rules ask about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.account import Account, Login, Pace
from tests.contract.harness.checks import BrokenError, expect
from tests.contract.harness.rules import NotTestedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from tests.contract.harness.accounts.home import Home
    from tests.contract.harness.responses import CrmResponse
    from tests.contract.harness.sandbox import Sandbox

PATH = "/API/Records.php"
ID = "collection_id"
SYSTEM_FIELDS = frozenset({ID, "created_by", "created_date", "modified_by", "modified_date"})
SITE_FIELDS = frozenset({"site_id", "fields_changed"})  # some portals have them (grade C)
MOST_RECORDS = 1000

Record = dict[str, str | None]
Condition = tuple[str, str, object]


class IvinexAccount(Account):
    """An Ivinex account on a target.

    Args:
        http: A client at the portal's root.
        login: The Basic login.
        sandbox: What may be written.
        home: Where the data is the suite's own.
        pace: How fast to ask.
        modules: The account's modules, name to id.
    """

    def __init__(
        self,
        http: httpx.Client,
        login: Login,
        sandbox: Sandbox,
        home: Home | None,
        pace: Pace,
        *,
        modules: Mapping[str, str],
    ) -> None:
        super().__init__(http, login, sandbox, home, pace)
        self.modules = modules
        self._records: dict[str, list[Record]] = {}

    def ask(self, module: str, *conditions: Condition, **parameters: str) -> CrmResponse:
        """GET records, whatever the answer.

        Args:
            module: The module's id.
            *conditions: Field, operand and value.
            **parameters: Further parameters, such as `Limit`.
        """
        sent = {"CollectionTypeID": module, **parameters}
        if conditions:
            sent["Filters"] = json.dumps(
                [{"Field": field, "Operand": operand, "Value": value} for field, operand, value in conditions],
                ensure_ascii=False,
            )
        return self.send("GET", PATH, sent)

    def search(self, module: str, *conditions: Condition, **parameters: str) -> list[Record]:
        """GET records, and demand that the answer is a list of them.

        Raises:
            BrokenError: It is something else.
        """
        return read_records(self.ask(module, *conditions, **parameters))

    def search_all(self, module: str, *conditions: Condition) -> list[Record]:
        """Return all records that are found, page by page.

        Raises:
            BrokenError: The pages do not end.
            NotTestedError: There are more than a rule can look at.
        """
        found: list[Record] = []
        while True:
            page = self.search(module, *conditions, Limit="100", Offset=str(len(found)))
            if page and set(ids_of(page)) <= set(ids_of(found)):
                raise BrokenError(
                    f"Offset={len(found)} to go on where the page before ended", "records that came before"
                )
            found += page
            if len(page) < 100:
                return found
            if len(found) >= MOST_RECORDS:
                raise NotTestedError(f"module {module} holds more than {MOST_RECORDS} records")

    def list_records(self, module: str = "") -> list[Record]:
        """Return all records of a module, by default the main one, as they were when the run began."""
        module = module or self.main_module
        if module not in self._records:
            self._records[module] = self.search_all(module)
        return self._records[module]

    @property
    def main_module(self) -> str:
        """The id of the module that most rules ask about: contacts, or else the first."""
        if not self.modules:
            raise NotTestedError("no module is known (IVINEX_MODULES)")
        return self.modules.get("contact", next(iter(self.modules.values())))

    def need_records(self, least: int) -> list[Record]:
        """Return all records of the main module, of which there must be some.

        Raises:
            NotTestedError: There are fewer.
        """
        records = self.list_records()
        if len(records) < least:
            raise NotTestedError(f"module {self.main_module} holds {len(records)} records, and the rule needs {least}")
        return records

    def find_text_field(self, is_wanted: Callable[[str], bool] = bool, *, least: int = 1) -> tuple[str, str]:
        """Return a text field and a value of it that meets a condition, and that not all records have.

        Args:
            is_wanted: The condition on the value.
            least: How many records must have other values.

        Raises:
            NotTestedError: There is none.
        """
        records = self.need_records(2)
        for name in sorted(field_names(records), key=lambda each: (_is_number_field(records, each), each)):
            for record in records:
                value = record.get(name)
                if value and is_wanted(value) and sum(other.get(name) != value for other in records) >= least:
                    return name, value
        raise NotTestedError(f"no text field of module {self.main_module} has a value of the kind that the rule needs")

    def need_numbers(self, least: int = 2, *, field: str = ID, module: str = "") -> list[int]:
        """Return the values of a field, by default the ids, ascending, which must all be whole numbers.

        Raises:
            NotTestedError: There are fewer than needed, or one is no number: the document promises none.
        """
        values = [value for record in self.list_records(module) if (value := record.get(field))]
        odd = next((value for value in values if not is_digits(value)), None)
        if odd is not None:
            raise NotTestedError(f"{field} is no number everywhere, as in {odd!r}, and the rule compares numbers")
        if len(values) < least:
            raise NotTestedError(f"{len(values)} records have a {field}, and the rule needs {least}")
        return sorted(int(value) for value in values)

    def find_number_field(self) -> str:
        """Return a field that holds whole numbers, of which some compare otherwise as text.

        Raises:
            NotTestedError: There is none.
        """
        records = self.need_records(2)
        for name in field_names(records):
            if _is_number_field(records, name):
                numbers = {record[name] for record in records if record.get(name)}
                lengths = {len(str(number)) for number in numbers}
                if len(lengths) > 1 and len(numbers) > 3:
                    return name
        raise NotTestedError(f"no field of module {self.main_module} holds numbers of different lengths")

    def write(self, *records: Mapping[str, object]) -> list[dict[str, Any]]:
        """POST records and return the result of each.

        Raises:
            BrokenError: The answer is not a list with one object a record.
        """
        response = self.send("POST", PATH, body={"Records": list(records)})
        expect(response.status == 200, "status 200", response.describe(), response)
        value = response.json()
        results = cast("list[dict[str, Any]]", value) if isinstance(value, list) else []
        expect(len(results) == len(records), f"a list of {len(records)} results", response.describe(), response)
        return results

    def make(self, name: str = "record", **values: object) -> str:
        """Create a record of the main module and return its id.

        Raises:
            BrokenError: It was not created.
            NotTestedError: The run may not write.
        """
        self.need_sandbox()
        named = {self.name_field: f"{self.sandbox.prefix}{name}"}
        [result] = self.write({"CollectionTypeID": as_sent(self.writable_module), **named, **values})
        is_made = str(result.get("Status")).casefold() == "success" and result.get("CollectionID")
        expect(bool(is_made), "a result with Status Success and a CollectionID", result)
        return str(result["CollectionID"])

    @property
    def writable_module(self) -> str:
        """The id of the module that may be written."""
        return self.sandbox.places.get("ivinex.module", self.main_module)

    @property
    def name_field(self) -> str:
        """A text field of the main module that a new record can be named by."""
        names = field_names(self.list_records())
        return next((name for name in ("last_name", "first_name", "name", "description") if name in names), names[0])

    def fetch(self, record_id: str, module: str = "") -> Record:
        """Return one record by its id.

        Raises:
            BrokenError: There is not exactly one.
        """
        found = self.search(module or self.writable_module, (ID, "Equal", record_id))
        if len(found) != 1:
            raise BrokenError(f"the one record {record_id}", f"{len(found)} records")
        return found[0]


def read_records(response: CrmResponse) -> list[Record]:
    """Return the records of an answer, a list or an object that has one under `Records`.

    Raises:
        BrokenError: It is something else.
    """
    if response.status != 200:
        raise BrokenError("status 200", response.describe(), response)
    value = response.json()
    records: Any = cast("dict[str, object]", value).get("Records") if isinstance(value, dict) else value
    if not isinstance(records, list) or any(not isinstance(each, dict) for each in cast("list[object]", records)):
        raise BrokenError("a list of records", response.describe(), response)
    return [
        {name: _to_text(each) for name, each in record.items()} for record in cast("list[dict[str, object]]", records)
    ]


def ids_of(records: Sequence[Mapping[str, str | None]]) -> list[str]:
    """Return the records' ids."""
    return [str(record.get(ID)) for record in records]


def is_digits(text: str) -> bool:
    """Tell whether a text is a whole number of ASCII digits."""
    return text.isascii() and text.isdigit()


def as_sent(record_id: str) -> int | str:
    """Return an id as the document's examples send it, bare where it is a number."""
    return int(record_id) if is_digits(record_id) else record_id


def field_names(records: Sequence[Mapping[str, str | None]]) -> list[str]:
    """Return the names of the module's own fields."""
    return list(dict.fromkeys(name for record in records for name in record if name not in SYSTEM_FIELDS | SITE_FIELDS))


def _is_number_field(records: Sequence[Mapping[str, str | None]], name: str) -> bool:
    values = [value for record in records if (value := record.get(name))]
    return bool(values) and all(is_digits(value) and str(int(value)) == value for value in values)


def _to_text(value: object) -> str | None:
    """Return a value as the text that it is compared by; whether it must be text is a rule of its own."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
