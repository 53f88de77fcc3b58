"""The Letter of Agency that Cloudflare generates, with the results of the validation, as a PDF."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.prefixes.record import Finding, Findings

if TYPE_CHECKING:
    from fpdf import FPDF

_RULE = "- " * 40


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says. `company` holds the registration, `contact` is an e-mail address, `asn` the
    originating AS; `date` is in UNIX seconds of the calendar."""

    company: str
    contact: str
    prefix: Prefix
    asn: int
    date: float
    reference: str
    findings: Findings

    def pdf(self) -> bytes:
        """The letter as a PDF. The same letter gives the same bytes."""
        from fpdf import FPDF  # slow to import, and seldom needed

        date = datetime.datetime.fromtimestamp(self.date, datetime.UTC)
        page = FPDF(format="A4")
        page.set_creation_date(date)
        page.set_title("Letter of Agency")
        page.set_author("Cloudflare, Inc.")
        page.set_margins(22, 20)
        page.add_page()
        _head(page, self.company)
        _write(page, f"{date:%B} {date.day}, {date.year}")
        for paragraph in self._paragraphs():
            _write(page, paragraph)
        _stamp(page, f"{self.company}\nDocument {self.reference}\n{date:%B} {date.day}, {date.year}")
        return bytes(page.output())

    def _paragraphs(self) -> tuple[str, ...]:
        return (
            "To whom it may concern:",
            f'{self.company} (the "Company") authorizes Cloudflare, Inc. with AS{self.asn} to advertise the '
            "following IP address blocks / originating ASNs:",
            f"{_RULE}\n{self.prefix}  AS{self.asn}\n{_RULE}",
            "The Company holds the aforementioned IP address blocks. Cloudflare, Inc. has verified this, and "
            "that the Company wants them to be announced:",
            "\n".join(
                (
                    _result("Routing intent (RPKI)", self.findings.rpki),
                    _result("Internet Routing Registry", self.findings.irr),
                    _result("Ownership of the prefix", self.findings.ownership),
                )
            ),
            f"Should you have any questions please email {self.contact}.",
            "Regards,",
            f"Digitally signed by Cloudflare, Inc. on behalf of {self.company},\n"
            "which has delegated the creation of this letter to Cloudflare (delegate_loa_creation).",
        )


def _result(name: str, finding: Finding) -> str:
    return f"{name}: {finding.state.value} - {finding.why}"


def _head(page: FPDF, company: str) -> None:
    """The letterhead and the title."""
    page.set_font("Helvetica", "B", 16)
    page.multi_cell(0, 9, _latin(company), align="L", new_x="LMARGIN", new_y="NEXT")
    page.set_line_width(0.4)
    page.line(page.l_margin, page.get_y() + 1, page.w - page.r_margin, page.get_y() + 1)
    page.ln(8)
    page.set_font("Helvetica", "B", 13)
    page.multi_cell(0, 8, 'LETTER OF AGENCY ("LOA")', align="C", new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    page.set_font("Helvetica", "", 10.5)


def _write(page: FPDF, text: str) -> None:
    page.multi_cell(0, 5.5, _latin(text), align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(3.5)


def _stamp(page: FPDF, text: str) -> None:
    """The company's stamp: a frame around what says which letter this is."""
    page.multi_cell(90, 5.5, _latin(text), border=1, align="C", new_x="LMARGIN", new_y="NEXT")


def _latin(text: str) -> str:
    """The built-in fonts of PDF have Latin-1 only: any other character becomes a question mark."""
    return text.encode("latin-1", "replace").decode("latin-1")
