"""An audit of what a plain installation brings, by what is installed here: no network is asked.

Known vulnerabilities are asked for by `make audit`, which needs one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.project import NAME, PROJECT, ROOT

USERS_EXTRAS = ("charts", "files", "postgres")
LICENCES = re.compile(
    r"MIT|MIT-0|MIT-CMU|MIT License|BSD License|BSD-[23]-Clause|0BSD|Apache-2\.0|Apache Software License|PSF-2\.0|Zlib"
    r"|CC0-1\.0|ISC|Python Software Foundation License|Mozilla Public License 2\.0|MPL-2\.0"
)
EXCEPTIONS = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
"""Of the extra `postgres` alone, used as it is and never part of what this project publishes."""


def read_pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pins = [line.partition("==") for line in lines]
    assert all(version for _, _, version in pins), "every line of constraints.txt is NAME==VERSION"
    return {canonicalize_name(name): version for name, _, version in pins}


def list_requirements() -> list[Requirement]:
    """Return what pyproject.toml declares, extras included."""
    declared = [*PROJECT["dependencies"], *(each for one in PROJECT["optional-dependencies"].values() for each in one)]
    return [Requirement(text) for text in declared]


def list_brought() -> dict[str, metadata.Distribution]:
    """Return every distribution that an installation with the users' extras brings on this system."""
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(f"{NAME}[{','.join(USERS_EXTRAS)}]")]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {known for one, known in seen if one == name}:
            seen.add((name, extra))
            found[name] = metadata.distribution(name)
            nested = [Requirement(text) for text in found[name].requires or []]
            waiting += [one for one in nested if one.marker is None or one.marker.evaluate({"extra": extra})]
    del found[canonicalize_name(NAME)]
    return found


BROUGHT = list_brought()


def test_each_requirement_is_pinned_to_a_version_that_it_takes() -> None:
    pins = read_pins()
    for requirement in list_requirements():
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), f"{requirement} does not take {pin} of constraints.txt"


def test_whatever_comes_with_them_is_pinned_too() -> None:
    assert not sorted(BROUGHT.keys() - read_pins().keys())


@pytest.mark.parametrize("name", sorted(BROUGHT))
def test_its_licence_lets_everybody_use_it(name: str) -> None:
    fields = BROUGHT[name].metadata
    expression = fields.get_all("License-Expression", [])
    classified = [
        each.rpartition(" :: ")[2] for each in fields.get_all("Classifier", []) if each.startswith("License ::")
    ]
    told = " OR ".join(expression or classified or fields.get_all("License", []))
    terms = [term.strip("() ") for term in re.split(r" (?:OR|AND) ", told.replace("(MPL 2.0)", ""))]
    known = [
        term
        for term in terms
        if LICENCES.fullmatch(term) or term in {"Mozilla Public License 2.0", EXCEPTIONS.get(name)}
    ]
    assert known == terms, f"{name} is under {told}: may it be used, and by whom?"


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    command = [sys.executable, "-m", "deptry", "--no-ansi", "crm_mcp", "mockserver"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_installed_fits_together() -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
