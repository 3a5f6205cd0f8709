"""What the environment says about the MiniCRM account: `MINICRM_...`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from crm_mcp.settings import BaseUrl, environment


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it as Europe/Budapest") from None
    return name


class MinicrmSettings(BaseSettings):
    """One MiniCRM account and its login. `user` is who "me" is: a user's name or id. `now` stops the clock.

    A stopped clock is for rehearsals on data whose dates are fixed: what is overdue stays overdue.
    """

    model_config = environment("MINICRM_")

    url: BaseUrl = "https://r3.minicrm.hu"
    system_id: str = ""
    api_key: SecretStr = SecretStr("")
    requests_per_minute: Annotated[int, Field(ge=0)] = 60
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Budapest"
    user: str = ""
    now: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the account's dates."""
        return ZoneInfo(self.timezone)

    @property
    def clock(self) -> Callable[[ZoneInfo], datetime]:
        """What tells the time in a zone: the machine's clock, or the one that stands at `MINICRM_NOW`."""
        stopped = self.now
        if stopped is None:
            return datetime.now
        now = stopped if stopped.tzinfo else stopped.replace(tzinfo=self.zone)
        return now.astimezone
