"""The steps from a clone to what is published, each a function that leaves its files in `dist/`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from release import bundle, server_description
from release.project import ROOT

DIST = ROOT / "dist"
MCPB = "@anthropic-ai/mcpb@2.1.2"
_IS_WINDOWS = os.name == "nt"
_PROGRAMS = Path(sys.executable).parent
AUDIT_OF_WORKFLOWS = (_PROGRAMS / "zizmor", "--offline", "--quiet", ".github/workflows")


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command, its output on the terminal; where it fails, nothing is released."""
    print("+", *command, flush=True)
    status = subprocess.run([str(word) for word in command], cwd=cwd, check=False).returncode
    if status:
        sys.exit(f"{Path(command[0]).name} ended with {status}, as shown above: nothing is ready to be released")


def check_files() -> None:
    """Look over what is handed to other people's programs: the Dockerfile and the workflows."""
    run(_PROGRAMS / "hadolint", "Dockerfile")
    run(*AUDIT_OF_WORKFLOWS)


def build_distributions() -> Path:
    """Build the sdist, and of it the wheel, so that what the one lacks is missed at once; return the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, ".")
    run(sys.executable, "-m", "twine", "check", "--strict", *sorted(DIST.glob("*")))
    (wheel,) = DIST.glob("*.whl")
    run(_PROGRAMS / "check-wheel-contents", wheel)
    return wheel


def try_in_bare_environment(wheel: Path, folder: Path) -> Path:
    """Install the wheel where nothing else is, not even pip, and use each command; return that environment's Python."""
    venv.create(folder / "env", clear=True)
    scripts = folder / "env" / ("Scripts" if _IS_WINDOWS else "bin")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", scripts / "python")
    run(*pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel)
    run(*pip, "check")
    for command in (("crm-mcp-server", "--version"), ("crm-mcp", "demo"), ("crm-mock", "contract")):
        run(scripts / command[0], *command[1:], cwd=folder)
    return scripts / "python"


def describe_contents(python: Path) -> None:
    """Write the software bill of materials: everything that a plain installation brings."""
    target = DIST / "sbom.cdx.json"
    project = ROOT / "pyproject.toml"
    tool = (sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON")
    run(*tool, "--pyproject", project, "--output-file", target, python)


def find_npx() -> str:
    """Return the program of node that brings the packer of the bundle."""
    return shutil.which("npx") or sys.exit("npx is not on this machine; install node 18 or newer for the .mcpb bundle")


def pack_bundle(wheel: Path, folder: Path, npx: str) -> Path:
    """Stage, validate and pack the .mcpb bundle."""
    staged = folder / "bundle"
    bundle.stage(wheel, staged)
    run(npx, "--yes", MCPB, "validate", staged / "manifest.json")
    packed = DIST / bundle.FILE_NAME
    run(npx, "--yes", MCPB, "pack", staged, packed)
    bundle.forget_times(packed)
    return packed


def describe_server(packed: Path) -> None:
    """Write server.json with the packed bundle and its checksum."""
    description = server_description.describe_server()
    whole = server_description.with_bundle(description, packed.name, checksum(packed))
    (DIST / "server.json").write_text(server_description.render(whole), encoding="utf-8")


def build_images() -> None:
    """Build both images where a Docker engine answers, and say so where none does."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        print("no Docker engine answers here: the images were not built", flush=True)
        return
    for target, name in (("server", "crm-mcp"), ("fake", "crm-mock")):
        run(docker, "build", "--target", target, "--tag", name, ".")


def write_checksums() -> None:
    """Write SHA256SUMS, which `sha256sum --check` reads."""
    files = sorted(path for path in DIST.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{checksum(path)}  {path.name}\n" for path in files]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    print("".join(lines), end="")


def checksum(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_all() -> None:
    """Make everything that a release publishes."""
    npx = find_npx()
    check_files()
    with tempfile.TemporaryDirectory(prefix="crm-release-") as name:
        folder = Path(name)
        wheel = build_distributions()
        describe_contents(try_in_bare_environment(wheel, folder))
        describe_server(pack_bundle(wheel, folder, npx))
    build_images()
    write_checksums()
