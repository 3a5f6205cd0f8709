"""server.json, as the MCP registry reads it, made of pyproject.toml and of what the bundle's manifest asks for."""

from __future__ import annotations

import json
from typing import Any

from release.project import NAME, PACKAGING, REPOSITORY, ROOT, VERSION, registry_name

SERVER_JSON = ROOT / "server.json"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
MANIFEST = PACKAGING / "mcpb" / "manifest.json"


def read_manifest() -> dict[str, Any]:
    """Return the bundle's manifest as it is in the repository."""
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def describe_server() -> dict[str, Any]:
    """Return server.json; the bundle, whose checksum is known only once it is packed, is added by `with_bundle`."""
    manifest = read_manifest()
    return {
        "$schema": SCHEMA,
        "name": registry_name(),
        "title": manifest["display_name"],
        "description": manifest["description"],
        "version": VERSION,
        "repository": {"url": REPOSITORY, "source": "github"},
        "websiteUrl": REPOSITORY,
        "icons": [_icon(size) for size in (128, 512)],
        "packages": [
            {
                "registryType": "pypi",
                "identifier": NAME,
                "version": VERSION,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": list_variables(manifest),
            }
        ],
    }


def _icon(size: int) -> dict[str, Any]:
    source = f"{REPOSITORY}/raw/v{VERSION}/packaging/icons/crm-{size}.png"
    return {"src": source, "mimeType": "image/png", "sizes": [f"{size}x{size}"]}


def list_variables(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the variables that the manifest fills from its form, as the registry describes them."""
    asked = manifest["user_config"]
    filled = manifest["server"]["mcp_config"]["env"]
    return [_variable(name, asked[_option(value)]) for name, value in filled.items()]


def _option(placeholder: str) -> str:
    return placeholder.removeprefix("${user_config.").removesuffix("}")


def _variable(name: str, option: dict[str, Any]) -> dict[str, Any]:
    kinds = {"boolean": "boolean", "number": "number", "file": "filepath"}
    variable: dict[str, Any] = {"name": name, "description": f"{option['title']}. {option['description']}"}
    variable |= {"isRequired": option["required"], "format": kinds.get(option["type"], "string")}
    if option.get("sensitive"):
        variable["isSecret"] = True
    if "default" in option:
        default = option["default"]
        variable["default"] = str(default).lower() if isinstance(default, bool) else str(default)
    return variable


def with_bundle(description: dict[str, Any], file_name: str, sha256: str) -> dict[str, Any]:
    """Return it with the packed bundle as a second way to install."""
    bundle = {
        "registryType": "mcpb",
        "identifier": f"{REPOSITORY}/releases/download/v{VERSION}/{file_name}",
        "fileSha256": sha256,
        "transport": {"type": "stdio"},
    }
    return description | {"packages": [*description["packages"], bundle]}


def render(description: dict[str, Any]) -> str:
    """Return the text of the file."""
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"
