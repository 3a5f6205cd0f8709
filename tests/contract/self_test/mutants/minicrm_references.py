"""Wrong fakes of MiniCRM: finding a project by its ReferenceId."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.minicrm import project_search, projects
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def _find_reference_by(patch: pytest.MonkeyPatch, where: str) -> None:
    """Have ReferenceId looked up by another condition, of one parameter."""

    @replaces(patch, projects, "list_rows")
    def list_rows(
        original: Callable[..., Any], connection: Any, kind: Any, condition: str, *rest: Any, **more: Any
    ) -> Any:
        return original(connection, kind, where if condition == "reference_id = ?" else condition, *rest, **more)


@wrong_fake("minicrm.reference-id-ignores-case", "minicrm.reference-id.exact")
def ignore_reference_case(patch: pytest.MonkeyPatch) -> None:
    """ReferenceId is found in any case."""
    _find_reference_by(patch, "reference_id = ? COLLATE NOCASE")


@wrong_fake("minicrm.reference-id-is-a-number", "minicrm.reference-id.near-misses")
def compare_references_as_numbers(patch: pytest.MonkeyPatch) -> None:
    """ReferenceId is compared as a number: 0042 finds 42."""
    _find_reference_by(patch, "reference_id IS NOT NULL AND CAST(reference_id AS NUMERIC) = CAST(? AS NUMERIC)")


@wrong_fake("minicrm.reference-id-found-by-its-beginning", "minicrm.reference-id.unknown")
def find_reference_by_beginning(patch: pytest.MonkeyPatch) -> None:
    """ReferenceId finds a project whose own begins so."""
    _find_reference_by(patch, "reference_id GLOB ? || '*'")


@wrong_fake("minicrm.reference-id-trimmed", "minicrm.reference-id.exact")
def trim_reference(patch: pytest.MonkeyPatch) -> None:
    """ReferenceId is compared without the white space at its ends."""
    _find_reference_by(patch, "trim(reference_id) = trim(?)")


@wrong_fake("minicrm.reference-id-answers-a-list", "minicrm.reference-id.detail")
def answer_reference_by_list(patch: pytest.MonkeyPatch) -> None:
    """A search by ReferenceId answers Count and Results rather than the project."""

    @replaces(patch, project_search, "get_project_by_reference")
    def get(original: Callable[..., Any], call: Any, reference: str) -> Any:
        found = original(call, reference)
        return {"Count": 1, "Results": {str(found["Id"]): found}}
