"""Asks the scoring service for scores, many at once."""

from collections.abc import Sequence
from typing import Final

import httpx
import structlog
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from services.decision.domain.record import Question
from shared.contracts.scoring import Score

log = structlog.get_logger()

_PATH: Final = "/v1/scores/batch"


class _Item(BaseModel):
    score: Score | None
    failure: str | None


class _Reply(BaseModel):
    items: list[_Item]


class ScoringClient:
    """HTTP client of scoring. An answer that is late, wrong or missing is no score, and no score refers."""

    def __init__(self, url: str, key: str, timeout_seconds: float) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
            timeout=httpx.Timeout(timeout_seconds),
        )

    async def scores(self, questions: Sequence[Question]) -> list[Score | None]:
        """Return the score of each question, None where there is none."""
        body = to_json({"items": [{"product": entry.product, "facts": entry.facts} for entry in questions]})
        try:
            response = await self._http.post(_PATH, content=body)
            response.raise_for_status()
            items = _Reply.model_validate_json(response.content).items
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("scoring_unavailable", cause=type(error).__name__)
            return [None] * len(questions)
        if len(items) != len(questions):
            log.warning("scoring_unavailable", cause="wrong number of scores")
            return [None] * len(questions)
        return [item.score for item in items]

    async def reachable(self) -> bool:
        """Tell whether scoring answers."""
        return (await self._http.get("/healthz")).is_success

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
