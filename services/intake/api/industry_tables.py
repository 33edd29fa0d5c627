"""Industry tables: percentiles of ratios that parties are held against."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.statements.peers import MOST_POINTS, IndustryTable, Point, point_fault
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


class RatioPointsBody(Body):
    """The percentiles of one ratio, ascending."""

    ratio: str = Field(max_length=64, examples=["current_ratio"])
    points: list[PointBody] = Field(min_length=2, max_length=MOST_POINTS)


class IndustryTableBody(Body):
    """Percentiles of ratios. `source` says whose figures they are, or that they are made up."""

    source: SafeStr
    ratios: list[RatioPointsBody] = Field(min_length=1, max_length=100)


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
            points=_points(body),
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


def _points(body: IndustryTableBody) -> dict[str, list[Point]]:
    """Return the points by ratio; raises `Refusal` with 422 that names the ratios that make no sense."""
    found: dict[str, list[Point]] = {}
    faults: list[Fault] = []
    for place, entry in enumerate(body.ratios):
        points = [(point.percentile, Decimal(point.value)) for point in entry.points]
        fault = "is stated twice" if entry.ratio in found else point_fault(entry.ratio, points)
        if fault is not None:
            faults.append(Fault(f"/ratios/{place}", "invalid_points", fault))
        found[entry.ratio] = points
    if faults:
        raise invalid("invalid_industry_table", "the table can't be kept", faults[:20])
    return found


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
