"""Industry tables: percentiles of ratios that parties are held against."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.statements.peers import MOST_POINTS, IndustryTable
from services.intake.handlers.statements import analysing
from services.intake.replies import ratios as replies
from shared.db import Database
from shared.errors import Fault, Refusal, invalid, not_found
from shared.http import Body, SafeStr, caller, operation, reply

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_Value = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", examples=["1.35"])]


class PointBody(Body):
    """So many percent of the industry have this value or less."""

    percentile: int = Field(ge=1, le=99)
    value: _Value


class IndustryTableBody(Body):
    """Percentiles by ratio, ascending. `source` says whose figures they are, or that they are made up."""

    source: SafeStr
    ratios: dict[str, Annotated[list[PointBody], Field(min_length=2, max_length=MOST_POINTS)]] = Field(
        min_length=1, max_length=100
    )


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of industry tables."""

    @routes.put(
        "/industry-tables/{code}/{year}",
        tags=["statements"],
        **operation("indicators:write", replies={200: replies.IndustryTableReply}),
    )
    async def put_industry_table(request: Request, code: str, year: str, body: IndustryTableBody) -> Response:
        """State percentiles of an industry and year; the last statement counts, and earlier ones are kept."""
        now = datetime.now(UTC)
        stated_year = _year(year)
        if stated_year > now.year:
            fault = Fault("/year", "in_the_future", "is this year at the latest")
            raise invalid("invalid_industry_table", "the table can't be kept", [fault])
        table = IndustryTable(
            code=_code(code),
            year=stated_year,
            source=body.source,
            points={
                ratio: [(point.percentile, Decimal(point.value)) for point in points]
                for ratio, points in body.ratios.items()
            },
            stated_by=caller(request).client,
            stated_at=now,
        )
        await analysing.state_industry(db, table)
        return reply(replies.table_reply(table))

    @routes.get(
        "/industry-tables/{code}/{year}",
        tags=["statements"],
        **operation("indicators:read", replies={200: replies.IndustryTableReply}),
    )
    async def get_industry_table(code: str, year: str) -> Response:
        """Return the percentiles of an industry and year."""
        return reply(replies.table_reply(await analysing.industry(db, _code(code), _year(year))))


def _code(code: str) -> str:
    if _CODE.fullmatch(code) is None:
        raise _nothing()
    return code


def _year(year: str) -> int:
    if len(year) != 4 or not year.isascii() or not year.isdigit() or int(year) < 1950:
        raise _nothing()
    return int(year)


def _nothing() -> Refusal:
    return not_found("industry_table_not_found", "there is no table of this industry and year")
