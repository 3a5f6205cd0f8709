"""The rows of feeds: forms and filters that a seed gives, and what was fed in; each with its reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mockserver.crm.api import SeedError
from mockserver.minicrm.account import READER
from mockserver.minicrm.seeding.rows import PATH, SeedReader, take_moment, take_row_id
from mockserver.minicrm.store import Row, Table


@dataclass(slots=True, kw_only=True)
class Form(Row):
    """A form of a web page, which `{system id}-{token}` opens; its cards begin in a module."""

    TABLE: ClassVar[Table] = Table("form", "forms", {"by_token": "(token)"})
    category_id: int
    token: str
    url: str = ""
    info: str = ""


@dataclass(slots=True, kw_only=True)
class SharedFilter(Row):
    """A list of cards, which `{system id}-{token}` opens, the token of two parts; `columns` are names of fields."""

    TABLE: ClassVar[Table] = Table("shared_filter", "shared_filters", {"by_token": "(token)"})
    category_id: int
    token: str
    status_group: str = ""
    columns: list[object] = field(default_factory=list[object])


@dataclass(slots=True, kw_only=True)
class SignUp(Row):
    """One form that somebody sent, and what it made."""

    TABLE: ClassVar[Table] = Table("sign_up", "sign_ups", {})
    form_id: int
    project_id: int
    contact_id: int
    created_at: str


@dataclass(slots=True, kw_only=True)
class FeedImport(Row):
    """One file that a shop fed in; `source` is where it lies, empty where it was sent, `report` what it made."""

    TABLE: ClassVar[Table] = Table("feed_import", "feed_imports", {})
    created_at: str
    source: str = ""
    report: dict[str, object] = field(default_factory=dict[str, object])


def read_form_row(reader: SeedReader, part: dict[str, object], path: str) -> Form:
    """Read one form out of a seed: `{"Id", "CategoryId", "Token", "Url", "Info"}`."""
    form = Form(
        id=take_row_id(part, path),
        category_id=_take_module(reader, part, path),
        token=READER.take_text(part.pop("Token", None), f"{path}.Token"),
        url=READER.take_text(part.pop("Url", ""), f"{path}.Url"),
        info=READER.take_text(part.pop("Info", ""), f"{path}.Info"),
    )
    READER.take_object(part, path, ())
    return form


def read_shared_filter(reader: SeedReader, part: dict[str, object], path: str) -> SharedFilter:
    """Read one filter out of a seed: `{"Id", "CategoryId", "Token", "StatusGroup", "Columns"}`."""
    row = SharedFilter(
        id=take_row_id(part, path),
        category_id=_take_module(reader, part, path),
        token=READER.take_text(part.pop("Token", None), f"{path}.Token"),
        status_group=READER.take_text(part.pop("StatusGroup", ""), f"{path}.StatusGroup"),
    )
    known = reader.account.modules[row.category_id].fields
    columns = READER.take_items(part.pop("Columns", ["Name", "StatusId", "UserId"]), f"{path}.Columns")
    row.columns = [READER.take_word(value, column_path, list(known)) for value, column_path in columns]
    READER.take_object(part, path, ())
    return row


def read_sign_up(reader: SeedReader, part: dict[str, object], path: str) -> SignUp:
    """Read one form that was sent out of a seed."""
    row = SignUp(
        id=take_row_id(part, path),
        form_id=READER.take_id(part.pop("FormId", None), f"{path}.FormId"),
        project_id=READER.take_id(part.pop("ProjectId", None), f"{path}.ProjectId"),
        contact_id=READER.take_id(part.pop("ContactId", None), f"{path}.ContactId"),
        created_at=take_moment(part.pop("CreatedAt", reader.now), f"{path}.CreatedAt"),
    )
    READER.take_object(part, path, ())
    return row


def read_feed_import(reader: SeedReader, part: dict[str, object], path: str) -> FeedImport:
    """Read one file that was fed in out of a seed."""
    row = FeedImport(
        id=take_row_id(part, path),
        created_at=take_moment(part.pop("CreatedAt", reader.now), f"{path}.CreatedAt"),
        source=READER.take_text(part.pop("Source", ""), f"{path}.Source"),
        report=READER.take_object(part.pop("Report", {}), f"{path}.Report"),
    )
    READER.take_object(part, path, ())
    return row


def _take_module(reader: SeedReader, part: dict[str, object], path: str) -> int:
    module_id = READER.take_id(part.pop("CategoryId", None), f"{path}.CategoryId")
    if module_id not in reader.account.modules:
        raise SeedError(f"{path}.CategoryId: there is no module {module_id} in {PATH}.modules")
    return module_id
