"""HTTP in: one module for each resource."""

from fastapi import APIRouter

from services.limits.api import (
    accounts,
    authorities,
    check_rules,
    checks,
    exposure_rules,
    holds,
    items,
    proposals,
    rates,
    rebuilds,
    reservations,
    terms,
    what_if,
)
from shared.db import Database
from shared.http import StrictRoute


def router(db: Database) -> APIRouter:
    """Return the routes of limits."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute)
    accounts.add_routes(routes, db)
    authorities.add_routes(routes, db)
    check_rules.add_routes(routes, db)
    checks.add_routes(routes, db)
    exposure_rules.add_routes(routes, db)
    holds.add_routes(routes, db)
    items.add_routes(routes, db)
    rates.add_routes(routes, db)
    rebuilds.add_routes(routes, db)
    reservations.add_routes(routes, db)
    proposals.add_routes(routes, db)
    terms.add_routes(routes, db)
    what_if.add_routes(routes, db)
    return routes
