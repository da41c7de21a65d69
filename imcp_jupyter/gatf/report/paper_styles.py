"""Fonts, colours and the building blocks of a page on paper. Importing this needs reportlab."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import CondPageBreak, Paragraph, Spacer, Table

from .words import VERDICTS

_FONTS = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf"))  # reportlab searches the system's folders and its own


class Styles:
    """What all parts of the PDF share."""

    def __init__(self) -> None:
        self.font, self.bold = _registered()
        self._glyphs = pdfmetrics.getFont(self.font).face.charToGlyph
        self.ink, self.soft, self.line_colour, self.fill = (HexColor(code) for code in ("#1d2327", "#5a656d", "#e4e6e4", "#eceeec"))
        self.real, self.synthetic = HexColor("#b9c1c6"), HexColor("#1f6f8b")
        self.tones = {"pass": HexColor("#28704f"), "warn": HexColor("#8a5a00"), "fail": HexColor("#a8322a"), "skipped": self.soft}
        self._text = self._style("text", 9, 12.5)
        self._note = self._style("note", 8, 11, textColor=self.soft)
        self._title = self._style("title", 20, 25, fontName=self.bold)
        self._big = self._style("big", 15, 20, fontName=self.bold)
        self._heading = self._style("heading", 12.5, 16, fontName=self.bold, spaceBefore=16, spaceAfter=5)
        self._subheading = self._style(
            "subheading", 9, 12, fontName=self.bold, textColor=self.soft, spaceBefore=10, spaceAfter=3)  # fmt: skip

    def _style(self, name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(name, **({"fontName": self.font, "fontSize": size, "leading": leading, "textColor": self.ink,
                                        "splitLongWords": 1} | more))  # fmt: skip

    def plain(self, text: str) -> str:
        """`text` in letters that the font has."""
        return "".join(letter if ord(letter) in self._glyphs else "\u25a1" for letter in " ".join(str(text).split()))

    def safe(self, text: str) -> str:
        return escape(self.plain(text))

    def rich(self, markup: str) -> Paragraph:
        """A paragraph of reportlab's markup, in which every foreign text has gone through `safe`."""
        return Paragraph(markup, self._text)

    def text(self, text: str) -> Paragraph:
        return self.rich(self.safe(text))

    def note(self, text: str) -> Paragraph:
        return Paragraph(self.safe(text), self._note)

    def title(self, text: str) -> Paragraph:
        return Paragraph(self.safe(text), self._title)

    def big(self, text: str) -> Paragraph:
        return Paragraph(self.safe(text), self._big)

    def heading(self, text: str, room: float = 110) -> list[Any]:
        """A heading with at least `room` points of its section on the same page."""
        return [CondPageBreak(room), Paragraph(self.safe(text), self._heading)]

    def subheading(self, text: str, room: float = 90) -> list[Any]:
        return [CondPageBreak(room), Paragraph(self.safe(text), self._subheading)]

    def gap(self, height: float) -> Spacer:
        return Spacer(1, height)

    def verdict(self, verdict: str) -> Paragraph:
        return Paragraph(f'<font color="#{self.tones[verdict].hexval()[2:]}">{VERDICTS[verdict][1]}</font>', self._note)

    def line(self, verdict: str, title: str, text: str, width: float) -> Table:
        """A verdict, a title and what there is to say."""
        return self._ruled([[self.verdict(verdict), self.rich(f"<b>{self.safe(title)}</b>: {self.safe(text)}")]], [0.13, 0.87], width)

    def table(self, rows: list[tuple[Any, ...]], shares: list[float], width: float) -> Table:
        """`rows` with the heads first; texts become paragraphs. `shares` of the width, one per column."""
        heads = [self.note(head) for head in rows[0]]
        body = [[self.text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows[1:]]
        return self._ruled([heads, *body], shares, width, heads=1)

    def _ruled(self, cells: list[list[Any]], shares: list[float], width: float, heads: int = 0) -> Table:
        rules = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 3),
                 ("BOTTOMPADDING", (0, 0), (-1, -1), 4), ("LINEABOVE", (0, heads), (-1, -1), 0.5, self.line_colour)]  # fmt: skip
        return Table(cells, [share * width for share in shares], style=rules, repeatRows=heads, hAlign="LEFT")

    def box(self, cells: list[list[Any]], widths: list[float]) -> Table:
        rules = [("BOX", (0, 0), (-1, -1), 0.7, self.line_colour), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        rules += [(side, (0, 0), (-1, -1), 9) for side in ("TOPPADDING", "BOTTOMPADDING", "LEFTPADDING", "RIGHTPADDING")]
        return Table(cells, widths, style=rules, hAlign="LEFT", cornerRadii=[6] * 4)

    def captioned(self, caption: str, picture: Any) -> list[Any]:
        return [self.note(caption), picture]

    def grid(self, rows: list[list[Any]], columns: int, width: float) -> Table:
        filled = [[*row, *[""] * (columns - len(row))] for row in rows]
        rules = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)]
        return Table(filled, [width / columns] * columns, style=rules, hAlign="LEFT")


def _registered() -> tuple[str, str]:
    for files in _FONTS:
        names = [name.removesuffix(".ttf") for name in files]
        try:
            for name, file in zip(names, files, strict=True):
                if name not in pdfmetrics.getRegisteredFontNames():
                    pdfmetrics.registerFont(TTFont(name, file))
        except TTFError:
            continue
        pdfmetrics.registerFontFamily(names[0], normal=names[0], bold=names[1], italic=names[0], boldItalic=names[1])
        return names[0], names[1]
    raise RuntimeError("reportlab has lost its own font Vera")
