"""The text of a PDF, page by page."""

from __future__ import annotations

from io import BytesIO

from pypdf import PasswordType, PdfReader

from crm_mcp.file_text.text_so_far import NoTextError, TextSoFar


def read_pdf(content: bytes, found: TextSoFar) -> None:
    """Add the text of each page under a line with its number.

    Raises:
        NoTextError: It wants a password, or no page holds any text, as where they are pictures.
        Exception: Whatever pypdf raises where it is broken.
    """
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise NoTextError("encrypted", "a PDF")
    number = len(reader.pages)
    has_text = False
    for at in range(number):
        if found.is_over:
            found.stop_at(f"page {at + 1} of {number}")
            break
        text = reader.pages[at].extract_text()
        has_text = has_text or bool(text.strip())
        found.add(f"{chr(10) if at else ''}[page {at + 1} of {number}]\n{text.strip()}\n")
    if not has_text:
        raise NoTextError("other", f"a PDF of {number} pages that hold pictures and no text, as a scan does")
