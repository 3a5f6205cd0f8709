"""The settings of the MiniCRM account: `MINICRM_...` in the environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from crm_mcp.languages import Language, Texts
from crm_mcp.setting_values import BaseUrl, Labels
from crm_mcp.settings import EnvironmentSettings, environment

_texts = Texts(__file__)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_texts.later("there is no such time zone; write it as Europe/Budapest")) from None
    return name


def _folded(text: object) -> object:
    return text.casefold() if isinstance(text, str) else text


class MinicrmSettings(EnvironmentSettings):
    """One MiniCRM account and its login.

    Attributes:
        language: Of whatever a person reads, where the server's own setting says none; see `find_language`.
        user: Name or id of the user who is "me".
        now: The time at which the clock stands still, for rehearsals on data whose dates are fixed.
        labels: What people call fields, by API name.
    """

    model_config = environment("MINICRM_")
    login: ClassVar[Sequence[str]] = ("system_id", "api_key")
    of_one_account: ClassVar[Sequence[str]] = ("url", "user", "labels")
    of_one_person: ClassVar[Sequence[str]] = ("user",)

    url: BaseUrl = "https://r3.minicrm.hu"
    system_id: str = ""
    api_key: SecretStr = SecretStr("")
    requests_per_minute: Annotated[int, Field(ge=0)] = 60
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Budapest"
    language: Annotated[Language | None, BeforeValidator(_folded)] = None
    user: str = ""
    now: datetime | None = None
    labels: Labels = Field(default_factory=dict[str, str])

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the account's dates."""
        return ZoneInfo(self.timezone)

    @property
    def clock(self) -> Callable[[ZoneInfo], datetime]:
        """Returns the time in a zone: the machine's, or always `MINICRM_NOW` where that is set."""
        stopped = self.now
        if stopped is None:
            return datetime.now
        now = stopped if stopped.tzinfo else stopped.replace(tzinfo=self.zone)
        return now.astimezone
