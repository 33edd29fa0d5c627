"""The routes of a life cycle, the same in every service that governs documents."""

from fastapi import APIRouter

from shared.db import Database
from shared.governance.api.live import add_live
from shared.governance.api.releases import add_releases
from shared.governance.api.versions import add_versions
from shared.governance.governed import Governance
from shared.http import StrictRoute


def governance_router(db: Database, governance: Governance) -> APIRouter:
    """Return the routes of versions and of what is live."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["catalogue"])
    add_versions(routes, db, governance)
    add_releases(routes, db, governance)
    add_live(routes, db, governance)
    return routes
