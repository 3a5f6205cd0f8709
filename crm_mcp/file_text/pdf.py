"""The text of a PDF, page by page."""

from __future__ import annotations

from io import BytesIO

from pypdf import PasswordType, PdfReader

from crm_mcp.file_text.text_so_far import NoTextError, TextSoFar

_MOST_NAMED = 20


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
    texts: list[str | None] = []
    for at in range(number):
        if found.is_over:
            found.stop_at(f"page {at + 1} of {number}")
            break
        text = _text_of(reader, at)
        texts.append(text)
        found.add(f"{chr(10) if at else ''}[page {at + 1} of {number}]\n{text or ''}\n")
    if not any(texts):
        what = f"a PDF ({_pages(number)}) of pictures without text, as a scan"
        raise NoTextError("broken" if None in texts else "other", what)
    if without := [str(at) for at, text in enumerate(texts, start=1) if not text][:_MOST_NAMED]:
        found.notes.append(f"Pages without text, which may be pictures or damaged: {', '.join(without)}.")


def _text_of(reader: PdfReader, at: int) -> str | None:
    """Return the text of a page; None where it is broken."""
    try:
        return reader.pages[at].extract_text().strip()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pypdf raises anything where a page is broken
        return None


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number} pages"
