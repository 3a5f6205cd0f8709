"""Nothing outside a CRM's own folder and the registry names that CRM, in code: prose in docstrings and comments may."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crm_mcp
import mockserver
from mockserver.registry import CRMS

ROOT = Path(crm_mcp.__file__).parents[1]
PACKAGES = (Path(crm_mcp.__file__).parent, Path(mockserver.__file__).parent)
NAMES = tuple(entry.name for entry in CRMS)
EXEMPT = {
    "crm_mcp/commands/replica/commands.py": "the examples in the help of its commands name a CRM and its tables",
    "crm_mcp/demo/session.py": "its session is one story told in the demo data of both",
    "mockserver/testing/crm_fake.py": "tests write fake.ivinex and fake.minicrm, which are typed attributes",
    "mockserver/pytest_plugin.py": "the help of an ini option, in a file that may import nothing of ours",
}


def is_free_to_name_it(inside: Path) -> bool:
    return inside.parts[0] in NAMES or str(inside) == "registry.py"


FILES = [
    file
    for package in PACKAGES
    for file in sorted(package.rglob("*.py"))
    if not is_free_to_name_it(file.relative_to(package))
]


def words_of(tree: ast.Module) -> Iterator[str]:
    """Yield each identifier, imported name and text of a module, but for docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in told:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.ImportFrom(module=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case _:
                pass


def find_named(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return sorted({word for word in words_of(tree) if any(name in word.lower() for name in NAMES)})


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_crm_is_named_outside_its_folder(file: Path) -> None:
    named = find_named(file)
    assert bool(named) == (str(file.relative_to(ROOT)) in EXEMPT), named


def test_few_files_are_exempt_and_each_exists() -> None:
    assert len(EXEMPT) <= 4
    assert all((ROOT / name).is_file() for name in EXEMPT)
