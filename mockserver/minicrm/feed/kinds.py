"""The kinds of rows that feeds make and need, each with the reader of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.minicrm.feed.call_log import Call, read_call
from mockserver.minicrm.feed.rows import (
    FeedImport,
    Form,
    SharedFilter,
    SignUp,
    read_feed_import,
    read_form_row,
    read_shared_filter,
    read_sign_up,
)
from mockserver.minicrm.seeding.rows import SeedReader
from mockserver.minicrm.store import Row

FEED_KINDS: Mapping[type[Row], Callable[[SeedReader, dict[str, object], str], Row]] = {
    Call: read_call,
    Form: read_form_row,
    SharedFilter: read_shared_filter,
    SignUp: read_sign_up,
    FeedImport: read_feed_import,
}
