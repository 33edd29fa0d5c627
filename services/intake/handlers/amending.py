"""What people do to an application: amend it, withdraw it, override what screened it out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from services.intake.domain.application import Application, Status, stated_facts
from services.intake.domain.progress import (
    OVERRIDDEN,
    WITHDRAWN_BY_APPLICANT,
    Step,
    cannot_be_amended,
    cannot_be_overridden,
    cannot_be_withdrawn,
)
from services.intake.handlers.applications import UNKNOWN
from services.intake.handlers.progress import go_on, products_of
from services.intake.handlers.settling import Going, Gone, settle
from services.intake.store import applications, keys
from services.intake.store.moves import Note
from services.intake.vault import Vault
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal, conflict
from shared.money import Money
from shared.products import REQUESTED_AMOUNT, Product

_CHANGED: Final = Refusal(Kind.PRECONDITION_FAILED, "version_changed", "the application has changed; read it again")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to change of an application of a given revision: facts by name (None takes one away), the amount."""

    application_id: str
    revision: int
    requested: Money | None
    facts: Mapping[str, Any]
    actor: str
    traceparent: str | None


async def amend(db: Database, amendment: Amendment) -> Application:
    """Begin a new revision of an application and take it to where it goes; raises `Refusal` with 404, 409, 412, 422.

    One that a decision left open is decided again. An amendment that changes nothing is none.
    """
    async with db.transaction() as tx:
        found = await _locked(tx, amendment.application_id)
        if found.revision != amendment.revision:
            raise _CHANGED
        refused = cannot_be_amended(found)
        if refused is not None:
            raise refused
        product = await _product(tx, found)
        requested = amendment.requested or found.requested
        stated = {**found.facts, **amendment.facts}
        if REQUESTED_AMOUNT not in amendment.facts:
            del stated[REQUESTED_AMOUNT]
        facts = stated_facts(product, requested, stated)
        if isinstance(facts, Refusal):
            raise facts
        if (facts, requested) == (found.facts, found.requested):
            return found
        amended = replace(found, revision=found.revision + 1, requested=requested, facts=facts)
        going = Going(
            amended, product, found.status, amendment.actor, is_amended=True, traceparent=amendment.traceparent
        )
        return (await go_on(tx, [going], await clock(tx)))[0]


async def withdraw(db: Database, vault: Vault, application_id: str, actor: str, reason: str) -> Application:
    """End an application because the applicant no longer asks; raises `Refusal` with 404 or 409.

    One that is withdrawn already stays so.
    """
    async with db.transaction() as tx:
        found = await _locked(tx, application_id)
        if found.status is Status.WITHDRAWN:
            return found
        refused = cannot_be_withdrawn(found)
        if refused is not None:
            raise refused
        product = (await products_of(tx, [found])).get(found.product)
        note = await _note(tx, vault, found, reason)
        going = Going(found, product, found.status, actor, note=note)
        step = Step(Status.WITHDRAWN, (WITHDRAWN_BY_APPLICANT,))
        return (await settle(tx, [Gone(going, step)], await clock(tx)))[0]


async def override(db: Database, vault: Vault, application_id: str, actor: str, reason: str) -> Application:
    """Take on an application that was screened out; raises `Refusal` with 403, 404 or 409.

    Who overrides is somebody else than who sent it.
    """
    async with db.transaction() as tx:
        found = await _locked(tx, application_id)
        refused = cannot_be_overridden(found, actor)
        if refused is not None:
            raise refused
        product = await _product(tx, found)
        note = await _note(tx, vault, found, reason)
        going = Going(found, product, found.status, actor, (OVERRIDDEN,), note)
        return (await go_on(tx, [going], await clock(tx)))[0]


async def _locked(tx: Transaction, application_id: str) -> Application:
    found = (await applications.lock(tx, [application_id])).get(application_id)
    if found is None:
        raise UNKNOWN
    return found


async def _product(tx: Transaction, application: Application) -> Product:
    product = (await products_of(tx, [application])).get(application.product)
    if product is None:
        raise conflict("unknown_product", "the application's product is not live any more")
    return product


async def _note(tx: Transaction, vault: Vault, application: Application, text: str) -> Note | None:
    """Return a note about an application under its party's key, None where the party was erased: nothing is kept."""
    key = (await keys.of(tx, vault, [application.party_id])).get(application.party_id)
    return None if key is None else Note(text, key)
