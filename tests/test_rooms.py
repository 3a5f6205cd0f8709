"""The rules of the rooms, as globs over all folders: who may import whom, what is pure, how large a folder may be.

The page about the architecture draws the same in words. A module that fits no layer fails: a new room is given its
place here.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

import crm_mcp
import mockserver
from mockserver.registry import CRMS

ROOT = Path(crm_mcp.__file__).parents[1]
PACKAGES = {"crm_mcp": Path(crm_mcp.__file__).parent, "mockserver": Path(mockserver.__file__).parent}
CRM_NAMES = [entry.name for entry in CRMS]
MOST_MODULES = 14

# From the lowest to the highest: a module imports from its own layer and from lower ones. CRM is each CRM's folder.
LAYERS = {
    "crm_mcp": (
        "languages.*",
        "crm_mcp errors telemetry telemetry.events telemetry.current",
        "crm.*",
        "store.*",
        "setting_names setting_values settings settings_file.* toolsets aggregate.* rendering.* transport.*",
        "asking.*",
        "file_text.*",
        "replica.*",
        "mcp.*",
        "skill.* call_tasks.*",
        "safe_writes.*",
        "CRM CRM.models CRM.settings CRM.field_table CRM.question_words",
        "CRM.wire.*",
        "CRM.client CRM.clients.*",
        "CRM.account.*",
        "CRM.documents.*",
        "CRM.search.*",
        "CRM.replica.*",
        "CRM.summary.*",
        "CRM.writes.*",
        "CRM.tools.* CRM.pipeline_app",
        "CRM.setup.*",
        "CRM.connector",
        "registry",
        "question_keys",
        "telemetry.environment telemetry.gauges telemetry.log_file telemetry.otel.*",
        "hosts.*",
        "setup.*",
        "telemetry.* accounts.* commands.* server unconfigured http_service.* stdio_service "  # noqa: ISC004
        "demo.* doctor logins.*",
        "cli",
        "__main__",
    ),
    "mockserver": (
        "mockserver version texts ending",
        "documents.* scrubbing.*",
        "crm.*",
        "http.*",
        "CRM CRM.*",
        "registry",
        "seeds.*",
        "workspaces.*",
        "control.*",
        "page.*",
        "server.*",
        "testing.* fake_process respx_mount pytest_plugin",
        "live.*",
        "command_help.*",
        "cli serve_command seed_command contract_command",
        "__main__",
    ),
}
PURE = (
    *("crm_mcp.errors", "crm_mcp.crm.messages", "crm_mcp.aggregate.*", "crm_mcp.rendering.*"),
    *("crm_mcp.CRM.wire.*", "crm_mcp.CRM.models", "crm_mcp.CRM.field_table"),
    *(
        "crm_mcp.safe_writes.changes",
        "crm_mcp.safe_writes.draft",
        "crm_mcp.safe_writes.preview",
        "crm_mcp.safe_writes.consent.question",
        "crm_mcp.skill.head",
        "crm_mcp.skill.pages",
        "mockserver.documents.*",
    ),
)
INPUT_AND_OUTPUT = {"httpx", "httpx2", "mcp", "asyncio", "anyio", "socket", "subprocess", "sqlite3", "uvicorn"}
# Which modules may import these; in all others they would cost every user time, or bind us to one library.
IMPORTERS = {
    "httpx": {
        *(f"crm_mcp.transport.{name}" for name in ("connections", "documents", "downloads", "failures", "session")),
        *("mockserver.respx_mount", "mockserver.live.*", "mockserver.server.webhook_sender"),
    },
    "docx": {"crm_mcp.file_text.word"},
    "openpyxl": {"crm_mcp.file_text.sheets"},
    "pypdf": {"crm_mcp.file_text.pdf"},
    "psycopg": {"crm_mcp.store.engines.postgres"},
    "respx": {"mockserver.respx_mount"},
    "pytest": {"mockserver.pytest_plugin"},
}


@cache
def modules() -> Mapping[str, Path]:
    """Return every module of both packages with its file."""
    files = [file for package in PACKAGES.values() for file in sorted(package.rglob("*.py"))]
    named = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}
    return {name.removesuffix(".__init__"): file for name, file in named.items()}


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return what a module imports, wherever in the file that stands: modules of ours, and others by their top name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules() else str(node.module) for name in names}
    ours = {name for name in found if name.partition(".")[0] in PACKAGES}
    return frozenset(ours - {module} | {name.partition(".")[0] for name in found - ours})


def expand(patterns: str) -> Iterator[str]:
    """Yield each pattern of a layer, once a CRM where it says CRM, with the room that `room.*` is the inside of."""
    for pattern in patterns.split():
        for crm in CRM_NAMES:
            whole = pattern.replace("CRM", crm)
            yield from (whole, whole.removesuffix(".*"))


def layer_of(module: str) -> int:
    package, _, name = module.partition(".")
    fits = [
        number
        for number, patterns in enumerate(LAYERS[package])
        if any(fnmatchcase(name or package, pattern) for pattern in expand(patterns))
    ]
    assert fits, f"{module} has no layer: give its room a place in {Path(__file__).name}"
    return fits[0]


def are_in(module: str, patterns: tuple[str, ...] | set[str]) -> bool:
    return any(
        fnmatchcase(module, whole)
        for pattern in patterns
        for crm in CRM_NAMES
        for whole in (pattern.replace("CRM", crm),)
    )


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_from_its_own_layer_and_lower_ones(module: str) -> None:
    package = module.partition(".")[0]
    theirs = {name for name in imports_of(module) if name.partition(".")[0] == package}
    assert not {name for name in theirs if layer_of(name) > layer_of(module)}


@pytest.mark.parametrize("module", modules())
def test_the_client_and_the_fake_never_import_each_other(module: str) -> None:
    other = "mockserver" if module.startswith("crm_mcp") else "crm_mcp"
    assert not {name for name in imports_of(module) if name.partition(".")[0] == other}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_crm_imports_another(package: str) -> None:
    for crm in CRM_NAMES:
        others = tuple(f"{package}.{other}" for other in CRM_NAMES if other != crm)
        own = [module for module in modules() if f"{module}.".startswith(f"{package}.{crm}.")]
        assert own
        assert not [(module, name) for module in own for name in imports_of(module) if name.startswith(others)]


def test_pure_rooms_do_no_input_or_output() -> None:
    pure = [module for module in modules() if are_in(module, PURE)]
    assert len(pure) > 20
    assert not {module: found for module in pure if (found := imports_of(module) & INPUT_AND_OUTPUT)}


@pytest.mark.parametrize("library", IMPORTERS)
def test_a_heavy_library_is_imported_where_it_is_used(library: str) -> None:
    importers = {module for module in modules() if library in imports_of(module)}
    assert importers
    assert not {module for module in importers if not are_in(module, IMPORTERS[library])}


def test_the_fake_knows_no_mcp() -> None:
    assert not [module for module in modules() if module.startswith("mockserver") and "mcp" in imports_of(module)]


def test_only_who_asks_for_the_mount_or_the_plugin_imports_them() -> None:
    asked_for = {"mockserver.respx_mount", "mockserver.pytest_plugin"}
    assert not [module for module in modules() if imports_of(module) & asked_for]


def test_no_modules_import_each_other_in_a_circle() -> None:
    remaining = {module: {name for name in imports_of(module) if name in modules()} for module in modules()}
    before = 0
    while before != (
        before := len(remaining)
    ):  # take away whatever imports nothing that is left, or is imported by nothing
        imported = set[str]().union(*remaining.values())
        remaining = {
            module: {name for name in names if name in remaining}
            for module, names in remaining.items()
            if module in imported and names & remaining.keys()
        }
    assert not remaining


def test_a_folder_holds_about_a_dozen_modules() -> None:
    sizes = Counter(file.parent for file in modules().values() if file.name != "__init__.py")
    assert not {str(folder.relative_to(ROOT)): size for folder, size in sizes.items() if size > MOST_MODULES}
