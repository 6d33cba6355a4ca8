"""PDFs as tests read them: the text page by page, and the fonts of every piece of text.
Needs no program of the system."""

from __future__ import annotations

import re

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_TEXT


def pages(content: bytes) -> list[str]:
    """The text of each page in the order in which it was set, lines ended by \\n."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def text(content: bytes) -> str:
    """The text of all pages, each ended by a form feed."""
    return "".join(f"{page}\f" for page in pages(content))


def left_of(content: bytes, number: int, pattern: str) -> float:
    """Where on page `number` (from 0) the first words that match begin, as a share of the page's width from the
    left."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[number]
        words = page.get_textpage()
        at = re.search(pattern, words.get_text_range()).start()
        return words.get_charbox(at)[0] / page.get_width()


def fonts(content: bytes) -> set[tuple[str, bool]]:
    """`(name, whether it is embedded)` of every font in which text is set; a subset has a tag before its name:
    `ABCDEF+`."""
    with pypdfium2.PdfDocument(content) as document:
        used = (o.get_font() for page in document for o in page.get_objects(filter=[FPDF_PAGEOBJ_TEXT]))
        return {(font.get_base_name(), font.is_embedded) for font in used}
