"""The tool that reads the text of a file, and the files themselves as resources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Annotated, Any, NotRequired

from mcp.types import CallToolResult
from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import CrmError, InputError
from crm_mcp.file_text.reading import FileReader, FileText
from crm_mcp.mcp.arguments import Id
from crm_mcp.mcp.exports.resources import linked_result
from crm_mcp.mcp.tool import READ, CrmTool, FileResource, build_tool
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.history.record_files import RESOURCE, RecordFile, RecordFiles
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.files import FileLink
from crm_mcp.transport.downloads import Download, file_name

MOST_FILE_BYTES = 20 * 2**20
"""MiniCRM takes attachments of at most 24 MB (observed); a text of this size is never read to its end."""
MOST_RESOURCE_BYTES = 10 * 2**20
MOST_SHOWN = 10_000
"""Characters of one result: four bytes each are still one."""
_TEXTS_TTL_S = 300.0
_MOST_TEXT_BYTES = 20_000_000

FileField = Annotated[Id, Field(description="of the project")]
FileIndex = Annotated[int, Field(ge=0, description="of several files"), WithJsonSchema({"type": "integer"})]
Offset = Annotated[int, Field(ge=0, description="next_offset"), WithJsonSchema({"type": "integer"})]


class AttachmentText(TypedDict):
    """The text of a file, with its `name`, `format` and `bytes`; `next_offset` where more of it follows.

    `uri` is the file itself, as a resource; `note` says what the text lacks and which other files there are.
    """

    text: str
    total_chars: int
    uri: str
    next_offset: NotRequired[int]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read: its name, its size in bytes, and its text."""

    name: str
    size: int
    text: FileText


@dataclass(frozen=True)
class AttachmentTools:
    """`read_attachment` over one account."""

    context: ToolContext
    _reader: FileReader = field(default_factory=FileReader)
    _texts: ExpiringMap[str, _Read] = field(
        default_factory=lambda: ExpiringMap(_TEXTS_TTL_S, max_bytes=_MOST_TEXT_BYTES)
    )

    @property
    def _files(self) -> RecordFiles:
        return RecordFiles(self.context)

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool, with the resources that it links to."""
        tool = build_tool(self.read_attachment, title="Read a file", annotations=READ)
        about = "A file of MiniCRM that read_attachment links to."
        return (
            tool.with_files(
                FileResource(f"{RESOURCE}/task/{{task_id}}/{{index}}", "task-file", about, self.read_task_file),
                FileResource(
                    f"{RESOURCE}/project/{{project_id}}/{{field}}/{{index}}",
                    "project-file",
                    about,
                    self.read_project_file,
                ),
            ),
        )

    async def read_attachment(
        self,
        task_id: Id = "",
        project_id: Id = "",
        field: FileField = "",
        index: FileIndex = 0,
        offset: Offset = 0,
    ) -> Annotated[CallToolResult, AttachmentText]:
        """Read the text of a file (CSV, PDF, docx, xlsx, text) of a MiniCRM task, or in a project's File field."""
        if bool(task_id) == bool(project_id):
            raise InputError("Give either task_id or project_id.", hint="A project's file needs its File `field` too.")
        if task_id:
            found = await self._files.of_task(task_id, index)
        else:
            found = await self._files.of_project(project_id, field, index)
        read = await self._read(found)
        return _result(read, found, offset)

    async def read_task_file(self, task_id: str, index: str) -> bytes:
        """Return a file of a task."""
        return (
            await self._fetch((await self._files.of_task(task_id, _number(index))).link, MOST_RESOURCE_BYTES)
        ).content

    async def read_project_file(self, project_id: str, field: str, index: str) -> bytes:
        """Return a file of a project."""
        found = await self._files.of_project(project_id, field, _number(index))
        return (await self._fetch(found.link, MOST_RESOURCE_BYTES)).content

    async def _read(self, found: RecordFile) -> _Read:
        """Return the text of a file, which is read once in five minutes.

        Raises:
            CrmError: It cannot be fetched, or holds no text; the error says where the file itself is.
        """
        link = found.link
        if (known := self._texts.get(link.url)) is not None:
            return known
        download = await self._fetch(link, MOST_FILE_BYTES)
        name = file_name(link.name) or download.name or file_name(link.url.partition("?")[0])
        try:
            text = await self._reader.read(download.content, name=name, media_type=download.media_type)
        except InputError as error:
            raise InputError(str(error.args[0]), hint=f"{error.hint} The file itself: {found.uri}.") from error
        read = _Read(name, len(download.content), text)
        self._texts.put(link.url, read, size=len(text.text))
        return read

    async def _fetch(self, link: FileLink, most_bytes: int) -> Download:
        if self.context.downloads is None:
            raise CrmError("This server fetches no files.")
        return await self.context.downloads().fetch(link.url, most_bytes=most_bytes)


def _number(index: str) -> int:
    return int(check_id("index", index)) if index.strip("0") else 0


def _result(read: _Read, found: RecordFile, offset: int) -> CallToolResult:
    text = read.text.text
    if offset and offset >= len(text):
        raise InputError(f"The text has {len(text):,} characters.", hint="`offset` counts them from 0.")
    end = offset + MOST_SHOWN
    result: dict[str, Any] = {
        "name": read.name,
        "format": read.text.format,
        "bytes": read.size,
        "total_chars": len(text),
        "text": text[offset:end],
        "uri": found.uri,
    }
    if end < len(text):
        result["next_offset"] = end
    if note := " ".join(filter(None, [read.text.note, found.others])):
        result["note"] = note
    return linked_result(result, name=read.name or "file", media_type=_media_type(read))


_MEDIA_TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _media_type(read: _Read) -> str:
    """Return the media type of a file that was read; which kind of text it is, its name tells."""
    guessed = guess_type(read.name)[0] or ""
    return guessed if read.text.format == "text" and guessed.startswith("text/") else _MEDIA_TYPES[read.text.format]
