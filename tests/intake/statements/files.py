"""Files that people send in."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl


def csv_file(lines: Mapping[str, str], heading: str = "line,value") -> bytes:
    """Return a long CSV."""
    return "\n".join([heading, *(f'"{label}","{value}"' for label, value in lines.items())]).encode()


def xlsx_file(sheets: Mapping[str, Any]) -> bytes:
    """Return a spreadsheet: rows of cells by the title of the sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(raw: bytes, name: str, content: bytes) -> bytes:
    """Return a spreadsheet with one of its documents in place of another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def instance(facts: Sequence[str], *, namespace: str = "http://fasb.org/us-gaap/2024", more: str = "") -> bytes:
    """Return an XBRL instance of the year 2024 with contexts `flow`, `end` and units `usd`, `per_share`."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
            xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xmlns:gaap="{namespace}" xmlns:own="http://example.com/own">
{context("flow", duration(date(2024, 1, 1), date(2024, 12, 31)))}
{context("end", instant(date(2024, 12, 31)))}
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="per_share"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>
</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>
</xbrli:divide></xbrli:unit>{more}
{"".join(facts)}</xbrli:xbrl>""".encode()


def context(name: str, period: str, segment: str = "", scenario: str = "") -> str:
    """Return a context of a company."""
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0001'
        f"</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{period}</xbrli:period>{scenario}</xbrli:context>"
    )


def duration(start: date, end: date) -> str:
    """Return a period that flows are of."""
    return f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"


def instant(day: date) -> str:
    """Return a day that balances are of."""
    return f"<xbrli:instant>{day}</xbrli:instant>"


def fact(concept: str, value: str, where: str = "end", unit: str = "usd", decimals: str = "-3") -> str:
    """Return a numeric fact."""
    return f'<{concept} contextRef="{where}" unitRef="{unit}" decimals="{decimals}">{value}</{concept}>\n'


def inline(body: str) -> bytes:
    """Return an inline XBRL page of the year 2024."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
      xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
      xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
      xmlns:ifrs-full="https://xbrl.ifrs.org/taxonomy/2024-03-27/ifrs-full">
<body><ix:header><ix:resources>
{context("flow", duration(date(2024, 1, 1), date(2024, 12, 31)))}
{context("end", instant(date(2024, 12, 31)))}
<xbrli:unit id="eur"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>
</ix:resources></ix:header>{body}</body></html>""".encode()
