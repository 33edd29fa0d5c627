"""Intake with two who speak to it: who sends applications, and a manager who may override."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.intake.vault import Vault
from shared.consumer import Consumer
from shared.db import Database
from tests.intake.applications.given import Desk
from tests.kit.service import client_of


@pytest.fixture
async def desk(app: FastAPI, consumer: Consumer, db: Database, vault: Vault) -> AsyncIterator[Desk]:
    """Those who speak to intake about applications."""
    async with client_of(app, "los") as los:
        headers = {"Authorization": "Bearer credit-manager"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://service", headers=headers
        ) as manager:
            yield Desk(los, manager, consumer, db, vault)
