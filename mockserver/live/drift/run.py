"""One account compared with the fake, whole: what differs, what could not be looked at, which profile is nearer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.crm.profiles import PROFILE_NAMES, ProfileName
from mockserver.live.accounts import AccountError, Accounts, CrmName
from mockserver.live.drift.diff import Difference, compare_sides
from mockserver.live.drift.responses import Answer, learn_side
from mockserver.live.drift.sources import NotComparableError, ask_account, ask_fake, choose_questions, read_recordings
from mockserver.live.http import AccountLine, Say, open_client
from mockserver.live.pacing import Pace


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing one account with the fake.

    Attributes:
        crm: Which CRM.
        source: What was compared, for people: an address or a folder.
        profile: The fake's profile.
        answers: How many answers there were.
        differences: What the account does otherwise.
        not_compared: Endpoints of which the account showed nothing, or too little.
        nearest_profile: The fake's profile that the account differs least from.
        nearest_differences: How many differences there are to that.
    """

    crm: CrmName
    source: str
    profile: ProfileName
    answers: int
    differences: Sequence[Difference]
    not_compared: Sequence[str]
    nearest_profile: ProfileName
    nearest_differences: int


def compare_accounts(accounts: Accounts, profile: ProfileName, per_minute: int, say: Say) -> list[Comparison]:
    """Ask live accounts, only reading, and compare them with the fake.

    Args:
        accounts: The accounts, each with a login.
        profile: The fake's profile.
        per_minute: Most requests to an account in a minute; 0 is no limit.
        say: Takes what the person at the terminal should know meanwhile.

    Raises:
        AccountError: An account is not set up for it.
        UnreachableError: An answer did not come.
        NotComparableError: An account answers nothing that could be compared.
    """
    for account in accounts.accounts:
        if account.crm == "ivinex" and not account.modules:
            raise AccountError("IVINEX_MODULES names no module to look at. Set it, such as contact=1001,note=1002.")
    answers = asyncio.run(_ask_all(accounts, per_minute, say))
    return [compare_with_fake(account.crm, account.url, answers[account.crm], profile) for account in accounts.accounts]


async def _ask_all(accounts: Accounts, per_minute: int, say: Say) -> dict[CrmName, list[Answer]]:
    async with open_client(timeout_s=accounts.timeout_s, ca_file=accounts.ca_file) as client:
        return {
            account.crm: await ask_account(
                AccountLine(account, client, Pace(per_minute), say),
                choose_questions(account.crm, account.modules.values()),
            )
            for account in accounts.accounts
        }


def compare_recordings(folder: Path, crms: Sequence[CrmName], profile: ProfileName) -> list[Comparison]:
    """Compare recordings with the fake.

    Args:
        folder: Where they are.
        crms: The CRMs to look at; one of which nothing was recorded is passed over.
        profile: The fake's profile.

    Raises:
        NotComparableError: There are no recordings.
    """
    answers: dict[CrmName, list[Answer]] = {
        crm: read_recordings(folder, crm, choose_questions(crm, ())) for crm in crms
    }
    if not any(answers.values()):
        raise NotComparableError(
            f"{str(folder)!r} holds no recording that could be compared. Record some GET requests."
        )
    return [compare_with_fake(crm, str(folder), found, profile) for crm, found in answers.items() if found]


def compare_with_fake(crm: CrmName, source: str, answers: Sequence[Answer], profile: ProfileName) -> Comparison:
    """Compare an account's answers with the fake's.

    Args:
        crm: Which CRM.
        source: What the answers are from, for people.
        answers: The account's answers.
        profile: The fake's profile.
    """
    compared = {name: _compare_with_profile(crm, answers, name) for name in PROFILE_NAMES}
    differences, not_compared = compared[profile]
    nearest = min(PROFILE_NAMES, key=lambda name: len(compared[name][0]))
    return Comparison(crm, source, profile, len(answers), differences, not_compared, nearest, len(compared[nearest][0]))


def _compare_with_profile(
    crm: CrmName, answers: Sequence[Answer], profile: ProfileName
) -> tuple[list[Difference], list[str]]:
    """Return the differences, and the endpoints that could not be compared."""
    questions = choose_questions(crm, ())
    answers = questions.choose_comparable(answers)
    fake_answers = ask_fake(crm, profile)
    account_side = learn_side(answers, questions.build_key_names(answers, fake_answers))
    fake_side = learn_side(fake_answers, questions.build_key_names(fake_answers, answers))
    not_compared = [endpoint for endpoint in fake_side.endpoints if endpoint not in account_side.endpoints]
    return compare_sides(crm, account_side, fake_side), not_compared
