"""The control endpoints that serve the OpenAPI documents: of the faked APIs, and of the control API itself."""

from __future__ import annotations

from pathlib import Path

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


def get_document(_workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Give the OpenAPI 3.1 document that the path names."""
    name = request.path.rpartition("/")[2].removesuffix(".json")
    return ApiResponse(200, read_document(name))
