"""Who may import whom: data flows one way, and the client and the fake are two readings of the same documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crm_mcp
import mockserver


def imports_of(file: Path) -> Iterator[str]:
    """Yield each module a file imports, wherever in the file that stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield node.module or ""


def files_of(package: Path, pattern: str = "**/*.py") -> list[Path]:
    files = sorted(package.glob(pattern))
    assert files
    return files


CLIENT = Path(crm_mcp.__file__).parent
FAKE = Path(mockserver.__file__).parent
PURE = [
    *("messages.py", "errors.py", "refusals.py", "cursor.py"),
    *("summary.py", "columns.py", "tables.py", "minicrm/summary_plan.py", "minicrm/tally.py", "minicrm/due.py"),
    *("ivinex/wire.py", "ivinex/models.py", "ivinex/sampling.py", "ivinex/arguments.py"),
    *("minicrm/wire.py", "minicrm/writes.py", "minicrm/answers.py", "minicrm/models.py", "minicrm/arguments.py"),
    *("minicrm/entities.py", "minicrm/envelope.py", "minicrm/values.py", "minicrm/refusals.py"),
    *("minicrm/schema.py", "minicrm/known_fields.py", "minicrm/local_time.py", "minicrm/field_values.py"),
    *("safe_writes/changes.py", "safe_writes/answers.py", "safe_writes/questions.py"),
]


def begins_with(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def test_the_client_and_the_fake_never_import_each_other() -> None:
    assert not [
        (file, name) for file in files_of(CLIENT) for name in imports_of(file) if begins_with(name, "mockserver")
    ]
    assert not [(file, name) for file in files_of(FAKE) for name in imports_of(file) if begins_with(name, "crm_mcp")]


@pytest.mark.parametrize("package", [CLIENT, FAKE], ids=["client", "fake"])
def test_neither_crm_imports_the_other(package: Path) -> None:
    for crm, other in (("ivinex", "minicrm"), ("minicrm", "ivinex")):
        strays = [
            (file.name, name)
            for file in files_of(package, f"{crm}/**/*.py")
            for name in imports_of(file)
            if f".{other}" in name
        ]
        assert not strays


@pytest.mark.parametrize("name", PURE)
def test_a_codec_does_no_io(name: str) -> None:
    banned = ("httpx", "mcp", "asyncio", "socket", "anyio", "crm_mcp.transport")
    assert not [one for one in imports_of(CLIENT / name) if begins_with(one, *banned)]


def test_only_the_session_imports_httpx() -> None:
    importers = {str(file.relative_to(CLIENT)) for file in files_of(CLIENT) if "httpx" in list(imports_of(file))}
    assert importers == {"transport/session.py"}


def test_safe_writes_know_no_crm() -> None:
    for file in files_of(CLIENT, "safe_writes/*.py"):
        assert not [name for name in imports_of(file) if ".ivinex" in name or ".minicrm" in name], file.name


def test_only_the_registry_names_the_crms() -> None:
    for package in (CLIENT, FAKE):
        for file in files_of(package, "*.py"):
            named = [name for name in imports_of(file) if ".ivinex" in name or ".minicrm" in name]
            assert not named or file.name == "registry.py", f"{file.name} imports {named}"


def test_the_fake_imports_neither_mcp_nor_a_test_library_but_where_it_is_one() -> None:
    allowed = {"respx_mount.py": {"httpx", "respx"}, "pytest_plugin.py": {"pytest"}}
    allowed |= {name: {"httpx"} for name in ("live/line.py", "drift/asking.py")}  # which ask live accounts
    for file in files_of(FAKE):
        found = {name.partition(".")[0] for name in imports_of(file)} & {"httpx", "mcp", "respx", "pytest"}
        assert found == allowed.get(str(file.relative_to(FAKE)), set()), f"{file.name} imports {found}"


def test_nothing_imports_the_mount_or_the_plugin() -> None:
    """Only who asks for them needs what they import."""
    mounts = ("mockserver.respx_mount", "mockserver.pytest_plugin")
    assert not [(file.name, name) for file in files_of(FAKE) for name in imports_of(file) if begins_with(name, *mounts)]
