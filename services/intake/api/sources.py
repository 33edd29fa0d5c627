"""HTTP in: the sources that applicants are looked up at."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.intake.handlers import metering
from services.intake.replies import sources as replies
from services.intake.sources.configuration import ConfiguredSource
from shared.db import Database
from shared.http import operation, reply


def add_routes(routes: APIRouter, db: Database, sources: Mapping[str, ConfiguredSource]) -> None:
    """Add the route of sources."""

    @routes.get("/sources", tags=["reports"], **operation("reports:read", replies={200: replies.SourceList}))
    async def list_sources(days: Annotated[int, Query(ge=1, le=92)] = 7) -> Response:
        """Return all configured sources: how each stands, and what it did and cost on the last `days` days."""
        found = await metering.list_sources(db, sources, datetime.now(UTC).date(), days)
        return reply(replies.SourceList(items=[replies.source_reply(standing) for standing in found]))
