"""Runs a rule against a target and says how it went; needs no test framework.

with open_app_target(app) as target:
    outcomes = [run_rule(rule, target) for rule in all_rules()]
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import httpx

from tests.contract.harness.checks import BrokenError
from tests.contract.harness.rules import NotTestedError
from tests.contract.harness.sandbox import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.harness.accounts.account import Account
    from tests.contract.harness.baseline import Deviation
    from tests.contract.harness.responses import CrmResponse
    from tests.contract.harness.rules import Rule
    from tests.contract.harness.target import Target

Result = Literal["passed", "failed", "not_tested", "known_deviation", "unexpected_pass"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one rule went on one target.

    Attributes:
        rule: The rule's id.
        crm: Whose rule it is.
        title: The rule as a sentence.
        provenance: What the rule rests on.
        source: Document and section.
        result: `passed`, `failed` or `not_tested`; with a baseline also `known_deviation`, which failed as it says, and
            `unexpected_pass`, which passed although it says otherwise.
        message: Why, in words; empty where it passed.
        wanted: What the rule asks for, where it failed.
        came: What the target did, where it failed.
        sent: The request that shows it, as a command line without the login.
        live: What is known of live servers that do the same.
        requests: How many requests it took.
        ms: How long it took, in milliseconds.
        mode: How the target was reached.
    """

    rule: str
    crm: str
    title: str
    provenance: str
    source: str
    result: Result
    message: str = ""
    wanted: str = ""
    came: str = ""
    sent: str = ""
    live: str = ""
    requests: int = 0
    ms: int = 0
    mode: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether the run fails by it."""
        return self.result == "failed"

    def as_json(self) -> dict[str, Any]:
        """Return it as the report prints it."""
        return asdict(self)


def run_rule(rule: Rule, target: Target, baseline: Mapping[str, Deviation] | None = None) -> Outcome:
    """Ask a target whether a rule holds.

    Args:
        rule: The rule.
        target: The target; what the rule wrote is cleaned up where the target is no home.
        baseline: Known deviations of the target, by rule id.
    """
    known = (baseline or {}).get(rule.id)
    started = time.monotonic()
    account = target.find_account(rule.crm)
    if account is None:
        told = {"result": "not_tested", "message": f"{rule.crm}: {target.left_out[rule.crm]}"}
    else:
        told = _try(rule, target, account)
        told["requests"] = account.count_new_responses()
    told = _judge(told, known)
    facts = {name: getattr(rule, name) for name in ("crm", "title", "provenance", "source")}
    ms = round((time.monotonic() - started) * 1000)
    return Outcome(rule=rule.id, **facts, **told, ms=ms, mode=target.mode)


def _try(rule: Rule, target: Target, account: Account) -> dict[str, Any]:
    account.begin()
    try:
        target.prepare(rule)
        rule.check(account)
    except BrokenError as error:
        return _tell(error, error.response or account.last_response)
    except (NotTestedError, WriteRefusedError) as error:
        return {"result": "not_tested", "message": str(error)}
    except StopIteration:
        return {"result": "not_tested", "message": "nothing in the account is of the kind that the rule looks for"}
    except httpx.HTTPError as error:
        broken = BrokenError("an answer", f"{type(error).__name__}: {error}")
        return _tell(broken, account.last_response)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # What a check takes for granted (a key, a list) and the target does not keep to is a finding, not a crash.
        came = f"one without {error}" if isinstance(error, KeyError) else f"another ({type(error).__name__}: {error})"
        broken = BrokenError("an answer of the documented shape", came)
        return _tell(broken, account.last_response)
    finally:
        target.clean_up(rule)
    return {"result": "passed"}


def _tell(error: BrokenError, response: CrmResponse | None) -> dict[str, Any]:
    live = f" (live servers do this too: {error.live})" if error.live else ""
    sent = response.curl() if response else ""
    return {
        "result": "failed",
        "message": f"wanted {error.wanted}, but it was {error.came}{live}",
        "wanted": error.wanted,
        "came": error.came,
        "sent": sent,
        "live": error.live,
    }


def _judge(told: dict[str, Any], known: Deviation | None) -> dict[str, Any]:
    """Return the result in the light of what is known of the target."""
    if known is None:
        return told
    if told["result"] == "failed":
        return {**told, "result": "known_deviation", "message": f"known: {known.why} - {told['message']}"}
    if told["result"] == "passed":
        meant = f"the baseline says {known.why!r}, since {known.since}: take it out"
        return {**told, "result": "unexpected_pass", "message": meant}
    return told
