"""The webhooks of one workspace, and the changes on their way to them.

Nothing here sends: `mockserver.server.webhook_sender` takes what is due and tells what came of it. Without a server,
such as in a test's own process, changes wait.

First tries to one webhook go in the order of the changes, one after the other; a retry holds nothing back (assumed).
All of it is kept in memory only: neither a snapshot nor a database file holds it.
"""

from __future__ import annotations

import datetime as dt
import heapq
import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from mockserver.workspaces.journal import Exchange, Journal
from mockserver.workspaces.webhooks.delivery import MOST_TRIES, Delivery, Outcome
from mockserver.workspaces.webhooks.webhook import Webhook

if TYPE_CHECKING:
    from mockserver.crm.changed_record import ChangedRecord
    from mockserver.crm.clock import AccountClock

MOST_KEPT = 20_000
"""Deliveries that are remembered; of more the oldest are forgotten, sent or not."""
_MOST_NAMED = 100

_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True)
class _Queue:
    """One webhook with what is to be sent to it."""

    webhook: Webhook
    first_tries: deque[Delivery] = field(default_factory=deque[Delivery])
    retries: list[tuple[dt.datetime, int, Delivery]] = field(default_factory=list[tuple[dt.datetime, int, Delivery]])


class Webhooks:
    """What is set up in a workspace.

    Args:
        find_clock: Returns the account's clock.
        journal: Where each try is noted.
        find_username: Returns the user name of the login to a CRM, by the CRM's name.
        hosts: Hosts that webhooks may go to beside this machine.
    """

    def __init__(
        self,
        find_clock: Callable[[], AccountClock],
        journal: Journal,
        find_username: Callable[[str], str],
        hosts: Collection[str] = (),
    ) -> None:
        self.hosts = hosts
        self.wake: Callable[[], None] = lambda: None
        """Called when something may have become due: a change came, or the clock was set."""
        self._find_clock = find_clock
        self._journal = journal
        self._find_username = find_username
        self._queues: list[_Queue] = []
        self._kept: deque[Delivery] = deque(maxlen=MOST_KEPT)
        self._last_number = 0

    @property
    def are_set_up(self) -> bool:
        """Whether there are any."""
        return bool(self._queues)

    def follow(self, webhooks: Iterable[Webhook]) -> None:
        """Set up these alone; what was on its way to others before is forgotten."""
        self._queues = [_Queue(webhook) for webhook in webhooks]
        self._kept.clear()

    def add(self, webhook: Webhook) -> None:
        """Set up one more; what is on its way to the others goes on."""
        self._queues.append(_Queue(webhook))

    def clear(self) -> int:
        """Take all away, and return how many there were."""
        count = len(self._queues)
        self.follow(())
        return count

    def notice(self, changes: Sequence[ChangedRecord]) -> None:
        """Have changes sent to the webhooks that want them."""
        if not self._queues or not changes:
            return
        now = self._now()
        for change in changes:
            wanting = [queue for queue in self._queues if queue.webhook.wants(change)]
            body = _encode(change.build_body(self._find_username(change.crm))).encode() if wanting else b""
            for queue in wanting:
                queue.first_tries.append(self._make(queue.webhook, change, body, now))
        self.wake()

    def _make(self, webhook: Webhook, change: ChangedRecord, body: bytes, now: dt.datetime) -> Delivery:
        self._last_number += 1
        delivery = Delivery(
            self._last_number, webhook, change.kind, change.record_id, tuple(change.fields), body, due_at=now
        )
        self._kept.append(delivery)
        return delivery

    def take_due(self) -> list[Delivery]:
        """Return what is to be sent now; each has to come back by `finish`."""
        if not self._queues:
            return []
        now = self._now()
        due: list[Delivery] = []
        for queue in self._queues:
            if queue.first_tries and not queue.first_tries[0].is_under_way:
                queue.first_tries[0].due_at = now
                due.append(queue.first_tries[0])
            while queue.retries and queue.retries[0][0] <= now:
                due.append(heapq.heappop(queue.retries)[2])
        for delivery in due:
            delivery.is_under_way = True
        return due

    def seconds_until_due(self) -> float | None:
        """Return how long until the next retry; None where there is none, or the clock stands still."""
        due_at = min((queue.retries[0][0] for queue in self._queues if queue.retries), default=None)
        if due_at is None or self._find_clock().is_frozen:
            return None
        return (due_at - self._now()).total_seconds()

    def _now(self) -> dt.datetime:
        """Return the account's time in UTC: exactly where it runs, and the end of its second where it stands still.

        So a clock that is stopped ten seconds after a try is at the next one, wherever in its second the try was.
        """
        clock = self._find_clock()
        microsecond = 999_999 if clock.is_frozen else dt.datetime.now(dt.UTC).microsecond
        return clock.now_utc().replace(microsecond=microsecond)

    def finish(self, delivery: Delivery, outcome: Outcome) -> None:
        """Note what came of a try."""
        reason = delivery.finish_try(outcome, self._now(), is_frozen=self._find_clock().is_frozen)
        self._journal.record(_build_exchange(delivery, outcome, reason))
        for queue in self._queues:
            if queue.webhook is delivery.webhook:
                if queue.first_tries and queue.first_tries[0] is delivery:
                    queue.first_tries.popleft()
                if delivery.is_open:
                    heapq.heappush(queue.retries, (delivery.due_at, delivery.number, delivery))
        if not delivery.is_open:
            delivery.body = b""

    def show(self) -> list[dict[str, object]]:
        """Return what is set up, and what became of the changes: counts, and which were given up."""
        return [{**queue.webhook.show(), **self._sum_up(queue.webhook)} for queue in self._queues]

    def _sum_up(self, webhook: Webhook) -> dict[str, object]:
        counts = {"pending": 0, "waiting": 0, "delivered": 0, "given_up": 0}
        given_up: list[dict[str, object]] = []
        for delivery in self._kept:
            if delivery.webhook is webhook:
                counts[delivery.state] += 1
                if delivery.state == "given_up":
                    given_up.append({"id": delivery.number, "kind": delivery.kind, "record_id": delivery.record_id})
        return {"deliveries": counts, "given_up": given_up[-_MOST_NAMED:]}

    def list_deliveries(self, state: str = "", limit: int = MOST_KEPT) -> list[dict[str, object]]:
        """Return the last deliveries, oldest first; `state` chooses, and `due` those that are to be sent now."""
        now = self._now()
        chosen = [
            delivery
            for delivery in self._kept
            if state in ("", delivery.state) or (state == "due" and delivery.is_due(now))
        ]
        return [delivery.show() for delivery in chosen[-limit:]] if limit else []


def _build_exchange(delivery: Delivery, outcome: Outcome, reason: str) -> Exchange:
    parts = urlsplit(delivery.webhook.url)
    number = len(delivery.tries)
    return Exchange(
        method="POST",
        path=unquote(parts.path) or "/",
        query=parse_qsl(parts.query, keep_blank_values=True),
        body=delivery.body,
        status=outcome.status,
        response=outcome.body,
        reason=reason,
        hints=[f"webhook delivery {delivery.number}, try {number} of {MOST_TRIES}"],
        fault=outcome.fault,
        response_type=outcome.content_type,
        took_s=outcome.took_s,
        sent_to=f"{parts.scheme}://{parts.netloc}",
    )
