"""HTTP in: the list of experiments; what their arms answered is for each service to show."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from shared.db import Database
from shared.experiments.handlers import experimenting
from shared.experiments.replies import ExperimentPage, experiment_reply
from shared.http import operation, reply

_LATEST: Final = "exp_~"
"""Sorts after every experiment id."""


def add_experiment_list(routes: APIRouter, db: Database) -> None:
    """Add the list of experiments to the routes of a service."""

    @routes.get("/experiments", **operation("catalogue:read", replies={200: ExperimentPage}))
    async def list_experiments(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
        product: Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")] = None,
    ) -> Response:
        """Return experiments, running and ended, newest first; of one product if asked."""
        found = await experimenting.list_experiments(db, cursor, limit, product)
        following = found[-1].experiment_id if len(found) == limit else None
        return reply(ExperimentPage(items=[experiment_reply(entry) for entry in found], next_cursor=following))
