"""`GET /{system id}/Download/S3/?t=project&inline=0&e={token}`: a file, for whoever has its address."""

from __future__ import annotations

import re
from urllib.parse import quote

from mockserver.crm.api import ApiResponse
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.files.contents import build_content, find_type
from mockserver.minicrm.files.document_file import build_document_file, find_document
from mockserver.minicrm.files.stored_file import StoredFile
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import list_rows

_UNSAFE = re.compile(r"[^ -~]|[\"\\?]")
TOKEN_PARAMETER = "e"  # noqa: S105 - its name


def download_file(context: RequestContext) -> ApiResponse:
    """Answer with the file, without a login (assumed); a wrong token is 404 (assumed).

    `inline=1` shows it in a browser, anything else saves it (observed, grade B).
    """
    name, content = _find_content(context, context.parameters.get(TOKEN_PARAMETER, ""))
    how = "inline" if context.parameters.get("inline") == "1" else "attachment"
    plain = _UNSAFE.sub("_", name)
    names = f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return ApiResponse(200, content, find_type(name), headers={"Content-Disposition": f"{how}; {names}"})


def _find_content(context: RequestContext, token: str) -> tuple[str, bytes]:
    """Return the name of the file that a token opens, and what it holds."""
    found = list_rows(context.connection, StoredFile, "token = ?", (token,), limit=1)
    if found:
        file = found[0]
        return file.name, build_content(file.name, file.text, file.size)
    document = find_document(context.connection, token)
    if document is None:
        raise RefusalError(rules.WRONG_ID, hints=["no file has this token"])
    return document.file_name, build_document_file(document)
