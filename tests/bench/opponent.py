"""The opponents of `POST /v1/decisions`: the same request and response models on a plain FastAPI endpoint.

`/bare` touches no database; `/insert` does one asyncpg INSERT per request, as a straightforward service would.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI

from services.decision.api.decisions import DecisionBody
from services.decision.replies import DecisionReply
from shared.server import settle_garbage_collector

EXAMPLE = DecisionReply.model_validate(
    {
        "decision_id": "dec_01a2006d7d4f771fa041789487f8a8c3",
        "application_id": None,
        "reference": None,
        "party_id": "pty_01a2006d7d4f771fa041789487f8a8c3",
        "product": "consumer-loan",
        "outcome": "decline",
        "grade": "E",
        "requested": {"amount_minor": 595100, "currency": "DEM"},
        "limit": None,
        "rate": None,
        "other_terms": {},
        "conditions": [],
        "queue": None,
        "reasons": ["TERM_TOO_LONG", "CHECKING_BALANCE_LOW", "SAVINGS_LOW", "AMOUNT_TOO_HIGH"],
        "score": {
            "score": 497,
            "pd": "0.542028",
            "reasons": ["TERM_TOO_LONG", "CHECKING_BALANCE_LOW", "SAVINGS_LOW", "AMOUNT_TOO_HIGH"],
            "model": "consumer-loan",
            "model_version": "1",
            "model_hash": "f23f16750c8296d004088148e0481ca18f749beb6fa61b09987ff46a0bb16e73",
        },
        "policy": {
            "name": "consumer-loan-standard",
            "version": "1",
            "hash": "ef7058f7719b5e3db14208d452cd4c3c2b744df2c8905c289402dc3d20de3675",
        },
        "arm": None,
        "pinned": False,
        "submitted_at": "2026-11-21T23:25:05.208889Z",
        "decided_at": "2026-11-21T23:25:05.231643Z",
    }
)


def create() -> FastAPI:
    """Return the application; `OPPONENT_DATABASE_URL` is for `/insert`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["OPPONENT_DATABASE_URL"], min_size=16, max_size=16) as pool:
            app.state.pool = pool
            settle_garbage_collector()
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/bare", status_code=201)
    async def bare(body: DecisionBody) -> DecisionReply:
        return EXAMPLE

    @app.post("/insert", status_code=201)
    async def insert(body: DecisionBody) -> DecisionReply:
        await app.state.pool.execute(
            "INSERT INTO opponent_decision (party_id, product, body) VALUES ($1, $2, $3)",
            body.party_id,
            body.product,
            EXAMPLE.model_dump_json(),
        )
        return EXAMPLE

    return app


if __name__ == "__main__":
    uvicorn.run(
        create(),
        host="127.0.0.1",
        port=int(os.environ["OPPONENT_PORT"]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
