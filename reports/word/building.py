"""Write a Word template: plain styles an office can change in one place, fields in double braces."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

SONG, HEI, KAI, FANG = "宋体", "黑体", "楷体", "仿宋"
BLACK, SHADE = RGBColor(0, 0, 0), "F2F2F2"
CELL, NOTE, TABLE_TITLE, COVER_LINE = "表格文字", "表注", "表题", "封面文字"


class Building:
    """A template in the making: A4, the styles of an official letter."""

    def __init__(self, title: str, *, head: str, body: float = 12) -> None:
        """Begin one.

        Args:
            title: What the document says of itself, a field in it or none.
            head: What stands at the head of each page.
            body: Points of the running text.
        """
        self.docx: Docx = Document()
        self._set_page(head)
        self._set_styles(body)
        self._set_language()
        known = self.docx.core_properties
        known.title, known.author, known.comments, known.language = title, "", "", "zh-CN"

    def _set_page(self, head: str) -> None:
        page = self.docx.sections[0]
        page.orientation = WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(27)
        page.top_margin, page.bottom_margin = Mm(30), Mm(27)
        page.different_first_page_header_footer = True
        line = page.header.paragraphs[0]
        line.text, line.alignment = head, WD_ALIGN_PARAGRAPH.CENTER
        foot = page.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")

    def _set_language(self) -> None:
        """Have lines broken, and quotation marks drawn, as Chinese does it."""
        for one in self.docx.styles.element.iter(qn("w:lang")):
            one.set(qn("w:eastAsia"), "zh-CN")

    def _set_styles(self, body: float) -> None:
        normal = self._style("Normal", FANG, body)
        normal.paragraph_format.line_spacing = 1.5
        normal.paragraph_format.space_after = Pt(0)
        title = self._style("Title", SONG, 22, bold=True)
        title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(90), Pt(24)
        _without_border(title)
        for level, font, size in ((1, HEI, body + 2), (2, KAI, body + 1), (3, FANG, body)):
            style = self._style(f"Heading {level}", font, size, bold=level == 3)
            style.paragraph_format.space_before = Pt(14 if level == 1 else 8)
            style.paragraph_format.space_after = Pt(4)
            style.paragraph_format.keep_with_next = True
        self._style("Header", SONG, 9)
        self._style("Footer", SONG, 9)
        self._of_its_own(CELL, SONG, 9)
        note = self._of_its_own(NOTE, SONG, 9)
        note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(3), Pt(8)
        named = self._of_its_own(TABLE_TITLE, HEI, 10.5)
        named.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        named.paragraph_format.keep_with_next = True
        named.paragraph_format.space_before, named.paragraph_format.space_after = Pt(10), Pt(3)
        cover = self._of_its_own(COVER_LINE, KAI, 14)
        cover.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _style(self, name: str, font: str, size: float, *, bold: bool = False) -> ParagraphStyle:
        style: ParagraphStyle = self.docx.styles[name]
        style.font.name, style.font.size, style.font.bold = "Times New Roman", Pt(size), bold
        style.font.color.rgb, style.font.italic = BLACK, False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        return style

    def _of_its_own(self, name: str, font: str, size: float) -> ParagraphStyle:
        style: ParagraphStyle = self.docx.styles.add_style(name, 1)
        style.base_style = self.docx.styles["Normal"]
        style.paragraph_format.line_spacing = 1.15
        style.paragraph_format.first_line_indent = Pt(0)
        return self._style(name, font, size)

    # --- what stands in it ---------------------------------------------------------------------

    def title(self, text: str) -> None:
        self.docx.add_paragraph(text, "Title")

    def heading(self, text: str, level: int = 1) -> None:
        self.docx.add_paragraph(text, f"Heading {level}")

    def paragraph(self, text: str, *, indented: bool = True) -> None:
        """Add running text, its first line two characters in as letters are written."""
        added = self.docx.add_paragraph(text)
        if indented:
            size = self.docx.styles["Normal"].font.size or Pt(12)
            added.paragraph_format.first_line_indent = size * 2

    def line(self, text: str, style: str = "Normal") -> None:
        self.docx.add_paragraph(text, style)

    def mark(self, text: str) -> None:
        """Add a paragraph that only steers: it is gone in what is written."""
        self.docx.add_paragraph(f"{{%p {text} %}}", CELL)

    def picture(self, name: str) -> None:
        """Put a drawing in a line of its own, if there is one."""
        self.mark(f"if {name}")
        self.docx.add_paragraph(f"{{{{ {name} }}}}").alignment = WD_ALIGN_PARAGRAPH.CENTER
        self.mark("endif")

    def new_page(self) -> None:
        self.docx.add_page_break()  # type: ignore[no-untyped-call]

    def facts(self, lines: Sequence[tuple[str, str]], *, briefly: bool = False) -> None:
        """Add a table of two columns: what it is, and what it is here; a dash for what nobody said.

        Args:
            briefly: Lines of which nothing is said are left out.
        """
        table = self._table(2)
        for name, value in lines:
            if briefly:
                _row(table, (f"{{%tr if {value} %}}", ""))
            said = f"{{% if {value} %}}{{{{ {value} }}}}{{% else %}}—{{% endif %}}"
            label, _ = _row(table, (name, said))
            _emphasise([label])
            if briefly:
                _row(table, ("{%tr endif %}", ""))
        _widths(table, (45, 111))

    def to_fill_in(
        self, columns: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]]
    ) -> None:
        """Add a table whose lines leave room for a hand that signs: head and millimetres of each column."""
        table = self._table(len(columns))
        _emphasise(_row(table, [head for head, _ in columns]))
        for line in lines:
            _row(table, line)
            table.rows[-1].height = Mm(13)
        _widths(table, [wide for _, wide in columns])

    def rows(
        self, listed: str, columns: Sequence[tuple[str, str, int]], sums: Sequence[str] = ()
    ) -> None:
        """Add a table with a line for each item of a list.

        Args:
            columns: Head, field of an item, millimetres.
            sums: The parts that hold the same fields for last lines, each where it has a name.
        """
        table = self._table(len(columns))
        _repeat(_row(table, [head for head, _, _ in columns]))
        empty = [""] * (len(columns) - 1)
        _row(table, [f"{{%tr for 项 in {listed} %}}", *empty])
        _row(table, [f"{{{{ 项.{field} }}}}" for _, field, _ in columns])
        _row(table, ["{%tr endfor %}", *empty])
        for part in sums:
            _row(table, [f"{{%tr if {part}.名称 %}}", *empty])
            _emphasise(_row(table, [f"{{{{ {part}.{field} }}}}" for _, field, _ in columns]))
            _row(table, ["{%tr endif %}", *empty])
        _widths(table, [wide for _, _, wide in columns])

    def grid(self, name: str) -> None:
        """Add a table whose columns are known only when it is written."""
        table = self._table(4)
        loop = (f"{{%tc for 列 in {name}.列 %}}", "{{ 列.名称 }}", "{%tc endfor %}")
        _repeat(_row(table, [f"{{{{ {name}.首列 }}}}", *loop]))
        _row(table, [f"{{%tr for 行 in {name}.行 %}}", "", "", ""])
        cells = ("{%tc for 格 in 行.格 %}", "{{ 格.文字 }}", "{%tc endfor %}")
        steers = [
            f"{{%tr {word} %}}" for word in ("if 行.名称 == '合计'", "else", "endif", "endfor")
        ]
        for steer in steers[:2]:
            _row(table, [steer, "", "", ""])
            line = _row(table, ["{{ 行.名称 }}", *cells])
            if steer == steers[0]:
                _emphasise(line)
        for steer in steers[2:]:
            _row(table, [steer, "", "", ""])

    def _table(self, columns: int) -> Table:
        table = self.docx.add_table(0, columns, "Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        return table

    def finished(self) -> bytes:
        out = BytesIO()
        self.docx.save(out)
        return out.getvalue()


def _row(table: Table, texts: Sequence[str]) -> list[_Cell]:
    cells = list(table.add_row().cells)  # type: ignore[no-untyped-call]
    for cell, text in zip(cells, texts, strict=True):
        line = cell.paragraphs[0]
        line.style = CELL
        line.add_run(text)
    unbroken = OxmlElement("w:cantSplit")
    table.rows[-1]._tr.get_or_add_trPr().append(unbroken)
    return cells


def _emphasise(cells: Sequence[_Cell]) -> None:
    """Set heads, names and sums apart, so that they are found in black and white too."""
    for cell in cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _repeat(cells: Sequence[_Cell]) -> None:
    """Have a row stand again at the head of each page its table goes on to."""
    _emphasise(cells)
    row = cells[0]._tc.getparent()
    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _widths(table: Table, widths: Sequence[int]) -> None:
    table.autofit = False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Mm(wide)
        for cell in column.cells:
            cell.width = Mm(wide)


def _without_border(style: ParagraphStyle) -> None:
    paragraph = style.element.get_or_add_pPr()
    for border in paragraph.findall(qn("w:pBdr")):
        paragraph.remove(border)


def _field(paragraph: Paragraph, instruction: str) -> None:
    """Add what the office program works out itself, such as the number of the page."""
    run = paragraph.add_run()
    for kind in ("begin", "", "end"):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = instruction
        run._r.append(part)
