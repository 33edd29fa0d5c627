"""HTTP in: a challenger or a shadow beside the champion, as a page."""

from fastapi import APIRouter
from starlette.responses import Response

from services.scoring.api.experiments import ExperimentReportReply
from services.scoring.api.monitoring import PAGE_HEADERS
from services.scoring.api.shadows import ShadowReply
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.handlers import comparing
from services.scoring.report.comparison import comparison_page
from shared.db import Database
from shared.http import StrictRoute, operation


def comparison_router(db: Database, plans: Plans) -> APIRouter:
    """Return the routes of comparisons."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["experiments"])

    @routes.get("/shadows/{version_id}/report.html", **operation("catalogue:read", replies={200: ShadowReply}))
    async def get_shadow_page(version_id: str) -> Response:
        """Return a shadow beside the champion for people, with a paired test of significance."""
        found = await comparing.compare_shadow(db, plans, version_id)
        return Response(comparison_page(found), 200, PAGE_HEADERS, "text/html")

    @routes.get(
        "/experiments/{experiment_id}/report.html", **operation("catalogue:read", replies={200: ExperimentReportReply})
    )
    async def get_experiment_page(experiment_id: str) -> Response:
        """Return a challenger beside the champion for people, with a test of significance."""
        found = await comparing.compare_arms(db, plans, experiment_id)
        return Response(comparison_page(found), 200, PAGE_HEADERS, "text/html")

    return routes
