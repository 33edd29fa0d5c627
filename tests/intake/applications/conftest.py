"""Intake with two who speak to it: who sends applications, and a manager who may override."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from services.intake.vault import Vault
from shared.consumer import Consumer
from shared.db import Database
from tests.intake.applications.given import Desk
from tests.kit.service import another_client, client_of


@pytest.fixture
async def desk(app: FastAPI, consumer: Consumer, db: Database, vault: Vault) -> AsyncIterator[Desk]:
    """Those who speak to intake about applications."""
    async with client_of(app, "los") as los, another_client(app, "credit-manager") as manager:
        yield Desk(los, manager, consumer, db, vault)
