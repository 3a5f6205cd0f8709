"""Compares one account with the fake: what differs, what could not be compared, which profile is nearer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.crm.drift_questions import DriftResponse
from mockserver.crm.entry import CrmEntry
from mockserver.crm.profiles import PROFILE_NAMES, ProfileName
from mockserver.live.accounts import AccountError, Accounts
from mockserver.live.drift.diff import Difference, compare_sides
from mockserver.live.drift.responses import learn_side
from mockserver.live.drift.sources import NotComparableError, ask_account, ask_fake, read_recordings
from mockserver.live.http import AccountClient, Notify, open_client
from mockserver.live.pacing import Pace


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing one account with the fake.

    Attributes:
        crm: Which CRM.
        source: What was compared, for people: an address or a folder.
        profile: The fake's profile.
        answers: How many responses there were.
        differences: What the account does otherwise.
        not_compared: Endpoints of which the account showed nothing, or too little.
        nearest_profile: The fake's profile that the account differs least from.
        nearest_differences: How many differences there are to that.
    """

    crm: str
    source: str
    profile: ProfileName
    answers: int
    differences: Sequence[Difference]
    not_compared: Sequence[str]
    nearest_profile: ProfileName
    nearest_differences: int


def compare_accounts(accounts: Accounts, profile: ProfileName, per_minute: int, notify: Notify) -> list[Comparison]:
    """Ask live accounts, only reading, and compare them with the fake.

    Args:
        accounts: The accounts, each with a login.
        profile: The fake's profile.
        per_minute: Most requests to an account in a minute; 0 is no limit.
        notify: Takes what people at the terminal should know meanwhile.

    Raises:
        AccountError: An account names no modules, and its API does not tell them.
        UnreachableError: A response did not come.
        NotComparableError: An account refuses everything.
    """
    for account in accounts.accounts:
        variable = account.entry.variables.modules
        if variable and not account.modules:
            raise AccountError(f"{variable} names no module to look at. Set it, such as contact=1001,note=1002.")
    found = asyncio.run(_ask_all(accounts, per_minute, notify))
    return [
        compare_with_fake(account.entry, account.url, responses, profile)
        for account, responses in zip(accounts.accounts, found, strict=True)
    ]


async def _ask_all(accounts: Accounts, per_minute: int, notify: Notify) -> list[list[DriftResponse]]:
    async with open_client(
        timeout_s=accounts.timeout_s, ca_file=accounts.ca_file, is_local=accounts.is_local
    ) as connection:
        return [
            await ask_account(
                AccountClient(account, connection, Pace(per_minute), notify),
                account.entry.questions(account.modules.values()),
            )
            for account in accounts.accounts
        ]


def compare_recordings(folder: Path, entries: Sequence[CrmEntry], profile: ProfileName) -> list[Comparison]:
    """Compare recordings with the fake; a CRM of which nothing was recorded is passed over.

    Raises:
        NotComparableError: There are no recordings.
    """
    found = {entry: read_recordings(folder, entry) for entry in entries}
    if not any(found.values()):
        raise NotComparableError(
            f"{str(folder)!r} holds no recording that could be compared. Record some GET requests."
        )
    return [
        compare_with_fake(entry, str(folder), responses, profile) for entry, responses in found.items() if responses
    ]


def compare_with_fake(
    entry: CrmEntry, source: str, responses: Sequence[DriftResponse], profile: ProfileName
) -> Comparison:
    """Compare an account's responses with the fake's; `source` says to people where they are from."""
    compared = {name: _compare_with_profile(entry, responses, name) for name in PROFILE_NAMES}
    differences, not_compared = compared[profile]
    nearest = min(PROFILE_NAMES, key=lambda name: len(compared[name][0]))
    return Comparison(
        entry.name, source, profile, len(responses), differences, not_compared, nearest, len(compared[nearest][0])
    )


def _compare_with_profile(
    entry: CrmEntry, responses: Sequence[DriftResponse], profile: ProfileName
) -> tuple[list[Difference], list[str]]:
    """Return the differences, and the endpoints that could not be compared."""
    questions = entry.questions(())
    responses = questions.choose_comparable(responses)
    from_fake = ask_fake(entry, profile)
    account = learn_side(responses, questions.build_key_names(responses, from_fake))
    fake = learn_side(from_fake, questions.build_key_names(from_fake, responses))
    not_compared = [endpoint for endpoint in fake.endpoints if endpoint not in account.endpoints]
    return compare_sides(entry.name, account, fake), not_compared
