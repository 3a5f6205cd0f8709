"""A PDF of lines of text, as small as one can be: real letters in a built-in font, pages of 45 lines."""

from __future__ import annotations

_LINES_A_PAGE = 45
# The built-in fonts know Windows' Western letters; the Hungarian ones beyond those get codes of their own.
_HUNGARIAN = {"ő": 1, "ű": 2, "Ő": 3, "Ű": 4}
_FONT = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding"
    " /Differences [1 /ohungarumlaut /uhungarumlaut /Ohungarumlaut /Uhungarumlaut] >> >>"
)


def build_pdf(text: str) -> bytes:
    """Return a document of the lines of a text."""
    lines = text.split("\n")
    pages = [lines[start : start + _LINES_A_PAGE] for start in range(0, len(lines), _LINES_A_PAGE)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT.encode(),
    ]
    for number, page in enumerate(pages):
        objects += [_build_page(5 + 2 * number), _build_stream(page)]
    return _join(objects)


def _build_page(stream: int) -> bytes:
    return (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        f" /Contents {stream} 0 R >>"
    ).encode()


def _build_stream(lines: list[str]) -> bytes:
    shown = "".join(f"<{_encode(line).hex()}> Tj T*\n" for line in lines)
    content = f"BT /F1 11 Tf 16 TL 60 780 Td\n{shown}ET".encode()
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _encode(line: str) -> bytes:
    return b"".join(
        bytes([_HUNGARIAN[letter]]) if letter in _HUNGARIAN else letter.encode("cp1252", "replace") for letter in line
    )


def _join(objects: list[bytes]) -> bytes:
    """Return the file of numbered objects, with the table of where each one is."""
    body = b"%PDF-1.4\n"
    places: list[int] = []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + trailer
