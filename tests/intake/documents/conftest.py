"""Whoever documents are about."""

import httpx
import pytest

from tests.intake.documents.given import Applicant, applicant


@pytest.fixture
async def anna(los: httpx.AsyncClient) -> Applicant:
    """Somebody who has applied."""
    return await applicant(los)
