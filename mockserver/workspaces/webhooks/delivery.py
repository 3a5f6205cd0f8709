"""One change on its way to one webhook: its tries, and when the next one is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, get_args

from mockserver.crm.clock import to_account_time
from mockserver.workspaces.webhooks.webhook import Webhook

State = Literal["pending", "waiting", "delivered", "given_up"]
"""`pending` was not tried yet, `waiting` failed and is tried again."""
STATES: tuple[State, ...] = get_args(State)
RETRY_AFTER_S = (10, 60, 300, 900, 1800, 3600)
"""After a failed try, how long until the next one (documented); after the last of them a delivery is given up."""
MOST_TRIES = 1 + len(RETRY_AFTER_S)
_SUCCESS = HTTPStatus.OK  # alone: documented


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try.

    Attributes:
        status: The status that the receiver answered; 0 where it answered nothing.
        body: What it answered.
        content_type: The media type of that.
        problem: Why there is no answer; empty where there is one.
        took_s: How long it took, in seconds.
        fault: The kind of the fault that it met; None where it met none.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    problem: str = ""
    took_s: float = 0.0
    fault: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver has it."""
        return self.status == _SUCCESS


@dataclass(frozen=True, slots=True)
class Try:
    """One try: when by the account's clock, and what came of it."""

    at: str
    status: int
    problem: str


@dataclass(slots=True)
class Delivery:
    """One change on its way to one webhook.

    Attributes:
        number: Its number in the workspace, from 1.
        webhook: Where it goes.
        kind: The kind of the record that changed.
        record_id: That one's id.
        fields: What of it changed.
        body: What is sent, the same at each try.
        due_at: When the next try is due, in UTC.
        is_under_way: Whether it is being sent.
    """

    number: int
    webhook: Webhook
    kind: str
    record_id: int
    fields: tuple[str, ...]
    body: bytes
    due_at: dt.datetime
    state: State = "pending"
    tries: list[Try] = field(default_factory=list[Try])
    is_under_way: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in ("pending", "waiting")

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether it is being sent, or is to be at a time, in UTC."""
        return self.state == "pending" or (self.is_open and (self.is_under_way or self.due_at <= now))

    def finish_try(self, outcome: Outcome, now: dt.datetime, *, is_frozen: bool) -> str:
        """Note what came of a try; return what the journal says of it, nothing where it succeeded.

        The next try is due so long after this one was due, and not after the clock's present time: a test that sets
        a frozen clock an hour ahead sees all tries of that hour.
        """
        self.is_under_way = False
        problem = outcome.problem or ("" if outcome.is_success else f"the receiver answered {outcome.status}, not 200")
        self.tries.append(Try(to_account_time(now).isoformat(timespec="seconds"), outcome.status, problem))
        if outcome.is_success:
            self.state = "delivered"
            return ""
        said = f"try {len(self.tries)} of {MOST_TRIES} of webhook delivery {self.number} failed: {problem}"
        if len(self.tries) == MOST_TRIES:
            self.state = "given_up"
            return f"{said}; given up"
        wait_s = RETRY_AFTER_S[len(self.tries) - 1]
        self.state = "waiting"
        self.due_at += dt.timedelta(seconds=wait_s + (0 if is_frozen else outcome.took_s))
        return f"{said}; the next one is due {wait_s} s after it"

    def show(self) -> dict[str, object]:
        """Return it as data for people; the URL's login is masked."""
        shown: dict[str, object] = {
            "id": self.number,
            "url": self.webhook.shown_url,
            "kind": self.kind,
            "record_id": self.record_id,
            "changed": list(self.fields),
            "state": self.state,
            "tries": [{"at": each.at, "status": each.status, "problem": each.problem} for each in self.tries],
        }
        if self.is_open:
            shown["next_try_at"] = to_account_time(self.due_at).isoformat(timespec="seconds")
        return shown
