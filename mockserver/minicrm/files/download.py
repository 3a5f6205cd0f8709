"""`GET /{system id}/Download/S3/?t=project&inline=0&e={token}`: a file, for whoever has its address."""

from __future__ import annotations

from urllib.parse import quote

from mockserver.crm.api import ApiResponse
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.files.contents import build_content, find_type
from mockserver.minicrm.files.stored_file import StoredFile
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import list_rows

TOKEN_PARAMETER = "e"  # noqa: S105 - its name


def download_file(context: RequestContext) -> ApiResponse:
    """Answer with the file, without a login (assumed); a wrong token is 404 (assumed).

    `inline=1` shows it in a browser, anything else saves it (observed, grade B).
    """
    token = context.parameters.get(TOKEN_PARAMETER, "")
    found = list_rows(context.connection, StoredFile, "token = ?", (token,), limit=1)
    if not found:
        raise RefusalError(rules.WRONG_ID, hints=["no stored file has this token"])
    file = found[0]
    how = "inline" if context.parameters.get("inline") == "1" else "attachment"
    plain = file.name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_").replace("?", "_")
    names = f"filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    content = build_content(file.name, file.text, file.size)
    return ApiResponse(200, content, find_type(file.name), headers={"Content-Disposition": f"{how}; {names}"})
