"""HTTP in: one module for each resource."""

from fastapi import APIRouter

from services.limits.api import accounts, checks, rates, reservations
from shared.db import Database
from shared.http import StrictRoute


def router(db: Database) -> APIRouter:
    """Return the routes of limits."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute)
    accounts.add_routes(routes, db)
    checks.add_routes(routes, db)
    rates.add_routes(routes, db)
    reservations.add_routes(routes, db)
    return routes
