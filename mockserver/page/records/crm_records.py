"""The records of one CRM in the workspace of a page request, read and written by requests to the CRM's own API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.record_views import Record, RecordField, RecordKind, RecordViews
from mockserver.page.curl import build_curl
from mockserver.page.page_request import PageRequest
from mockserver.registry import CrmEntry
from mockserver.workspaces.journal import Exchange


@dataclass(frozen=True, slots=True)
class CrmRecords:
    """The records of one CRM; `names` caches the titles of linked records by kind and id, empty where there is none."""

    request: PageRequest
    entry: CrmEntry
    views: RecordViews
    names: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def find_kind(self, name: str) -> RecordKind | None:
        """Return the kind of this name, if there is one."""
        return next((kind for kind in self.views.list_kinds() if kind.name == name), None)

    def read(self, api_request: ApiRequest) -> ApiResponse:
        """Send a request that is in no journal and counts against no limit."""
        return self._send(replace(api_request, is_counted=False))

    def read_record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Read one record, if there is one."""
        return self.views.parse_record(kind, self.read(self.views.build_read(kind, record_id)))

    def write(self, api_request: ApiRequest) -> tuple[ApiResponse, object]:
        """Send a request as a program would, and return the response with its number in the journal."""
        response = self._send(api_request)
        journal = self.request.workspace.journal
        journal.record(Exchange.of(api_request, response, filter_parameters=self.entry.filter_parameters))
        return response, journal.list_entries(1)[-1]["id"]

    def find_title(self, column: RecordField, value: object) -> str:
        """Return the title of the record that a link field holds the id of; empty where there is none."""
        record_id = str(value or "")
        kind = self.find_kind(column.links_to)
        if kind is None or not record_id.isdigit() or not record_id.strip("0"):
            return ""
        key = (kind.name, record_id)
        if key not in self.names:
            record = self.read_record(kind, record_id)
            self.names[key] = record.title if record else ""
        return self.names[key]

    def with_links(self, kind: RecordKind, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records of a list with those link fields that its rows lack, read from each record."""
        links = [column.name for column in kind.columns if column.links_to]
        return [self._add_links(kind, record, links) for record in records]

    def show_curl(self, api_request: ApiRequest) -> str:
        """Return a request as a curl command, empty where nobody else can make it."""
        if not self.entry.owns(api_request.path):
            return ""  # a request that only this page can make
        body = api_request.body.decode() or None
        base_url = self.request.http.base_url
        workspace = self.request.workspace
        return build_curl(workspace, base_url, api_request.method, api_request.path, api_request.query, body)

    def render(self, template: str, *, status: int = 200, **context: object) -> ApiResponse:
        """Return a page about these records."""
        return self.request.render(template, status=status, crm=self.entry, title_of=self.find_title, **context)

    def _add_links(self, kind: RecordKind, record: Record, links: Sequence[str]) -> Record:
        if all(name in record.values for name in links):
            return record
        detail = self.read_record(kind, record.id)
        found: Mapping[str, object] = detail.values if detail else {}
        return replace(record, values={**{name: found.get(name) for name in links}, **record.values})

    def _send(self, api_request: ApiRequest) -> ApiResponse:
        crm = self.request.workspace.crms[self.entry.name]
        logins = self.request.workspace.list_logins(self.entry.name)
        username = logins[0][0] if logins else ""
        return crm.respond(replace(api_request, base_url=self.request.http.base_url, username=username))
