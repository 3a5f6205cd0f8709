"""Which endpoint serves which path of the feeds."""

from __future__ import annotations

from mockserver.minicrm.feed.call_log import log_calls
from mockserver.minicrm.feed.shared_filter import download_filter
from mockserver.minicrm.feed.sign_up import sign_up
from mockserver.minicrm.feed.sync_feed import name_source, upload_feed
from mockserver.minicrm.routing.route import Route

_ROOT = "/Api"

ROUTES = (
    Route("CallLog", {"POST": log_calls}, root=_ROOT),
    Route("Signup", {"POST": sign_up}, root=_ROOT),
    Route("SharedFilter", {"GET": download_filter}, ("Hash", "Type"), root=_ROOT),
    Route("SyncFeed/{id}", {"GET": name_source, "POST": name_source}, ("Source",), root=_ROOT, changes_by_get=True),
    Route("SyncFeed/{id}/Upload", {"POST": upload_feed}, root=_ROOT),
)
