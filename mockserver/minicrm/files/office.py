"""A Word document and a workbook of a text, as small as either can be."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_WHEN = (2026, 1, 1, 0, 0, 0)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org"
_TYPE = "application/vnd.openxmlformats-officedocument"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?", re.ASCII)


def build_docx(text: str) -> bytes:
    """Return a document with a paragraph a line."""
    lines = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in text.split("\n")
    )
    document = f'<w:document xmlns:w="{_MAIN}/wordprocessingml/2006/main"><w:body>{lines}</w:body></w:document>'
    return _zip("word/document.xml", f"{_TYPE}.wordprocessingml.document.main+xml", {"word/document.xml": document})


def build_xlsx(text: str) -> bytes:
    """Return a workbook of one sheet with a row a line, its cells apart by semicolons; numbers are numbers."""
    rows = "".join(
        f'<row r="{number}">{"".join(map(_build_cell, line.split(";")))}</row>'
        for number, line in enumerate(text.split("\n"), 1)
    )
    space = f'xmlns="{_MAIN}/spreadsheetml/2006/main"'
    parts = {
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relate("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>",
    }
    sheet = ("/xl/worksheets/sheet1.xml", f"{_TYPE}.spreadsheetml.worksheet+xml")
    return _zip("xl/workbook.xml", f"{_TYPE}.spreadsheetml.sheet.main+xml", parts, sheet)


def _build_cell(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _relate(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _zip(main: str, main_type: str, parts: Mapping[str, str], *others: tuple[str, str]) -> bytes:
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{media}"/>' for name, media in ((f"/{main}", main_type), *others)
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            "[Content_Types].xml": types,
            "_rels/.rels": _relate("officeDocument", main),
            **parts,
        }.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), f"{_HEAD}{text}".encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()
