"""The control endpoints that serve the OpenAPI documents: of the faked APIs, and of the control API itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.registry import CRMS
from mockserver.workspaces.workspace import Workspace

# Beside this package, wherever both are installed: by its import name, a folder of the caller's could come first.
_FOLDER = Path(__file__).parents[2] / "fixtures" / "openapi"
DOCUMENTS = (*(entry.name for entry in CRMS if entry.has_openapi), "control")


def read_document(name: str) -> bytes:
    """Return one of the `DOCUMENTS`, as the fixtures ship it."""
    return (_FOLDER / f"{name}.json").read_bytes()


def get_document(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Give the OpenAPI 3.1 document that the path names, with ids of the workspace's data as examples."""
    name = request.path.rpartition("/")[2].removesuffix(".json")
    raw = read_document(name)
    entry = next((entry for entry in CRMS if entry.name == name), None)
    if entry is None or entry.list_examples is None:
        return ApiResponse(200, raw)
    examples = entry.list_examples(workspace.crms[name])
    document = json.loads(raw)
    for key, parameter in document["components"]["parameters"].items():
        if key in examples:
            parameter["example"] = examples[key]
            parameter["schema"].pop("examples", None)
    for item in document["paths"].values():
        for operation in item.values():
            for sample in _list_bodies(operation):
                sample.update({key: examples[key] for key in sample if key in examples})
    return ApiResponse(200, json.dumps(document, ensure_ascii=False, indent=2).encode())


def _list_bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    return [sample["value"] for media in content.values() for sample in media.get("examples", {}).values()]
