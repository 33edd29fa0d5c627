"""HTTP in: one module for each resource."""

from fastapi import APIRouter

from services.intake.api import (
    application_steps,
    applications,
    consents,
    credit_reports,
    documents,
    groups,
    indicators,
    industry_tables,
    match_cases,
    parties,
    privacy,
    references,
    reports,
    reviews,
    sources,
    statements,
)
from services.intake.api.documents import Receiving
from services.intake.domain.retention import Policy
from services.intake.handlers.reports import Puller
from services.intake.limits_client import LimitsClient
from services.intake.vault import Vault
from services.intake.waiting import Waiters
from shared.catalogue import Shelf
from shared.db import Database
from shared.http import StrictRoute
from shared.products import Product


def router(
    db: Database,
    vault: Vault,
    shelf: Shelf[Product],
    waiters: Waiters,
    receiving: Receiving,
    policy: Policy,
    limits: LimitsClient,
    puller: Puller,
) -> APIRouter:
    """Return the routes of intake."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute)
    # Routes are tried in this order, and documents come in larger numbers than anything else that takes this way.
    documents.add_routes(routes, db, vault, receiving)
    applications.add_routes(routes, db, vault, shelf, waiters)
    application_steps.add_routes(routes, db, vault)
    indicators.add_routes(routes, db)
    reviews.add_routes(routes, db, vault)
    match_cases.add_routes(routes, db, vault)
    parties.add_routes(routes, db, vault)
    groups.add_routes(routes, db, vault, limits)
    references.add_routes(routes, db, vault)
    privacy.add_routes(routes, db, vault, policy)
    consents.add_routes(routes, db, vault, puller.sources)
    reports.add_routes(routes, puller)
    sources.add_routes(routes, db, puller.sources)
    statements.add_routes(routes, db, vault)
    industry_tables.add_routes(routes, db)
    credit_reports.add_routes(routes, db, vault, limits)
    return routes
