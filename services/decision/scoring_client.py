"""Asks the scoring service for scores, many at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final

import httpx
import structlog
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_json
from typing_extensions import TypedDict

from services.decision.domain.decision import ScoreOutcome
from services.decision.domain.record import Question

log = structlog.get_logger()

_PATH: Final = "/v1/scores/batch"


# Of the reply only what a decision needs, and dictionaries: models of whole scores would take twice as long to read.
class _Reason(TypedDict):
    code: str


class _Score(TypedDict):
    score: int
    pd: Annotated[str, Field(pattern=r"^(0|1)\.[0-9]{6}$")]
    reasons: list[_Reason]
    model: str
    model_version: int
    model_hash: str


class _Item(TypedDict):
    score: _Score | None


class _Reply(TypedDict):
    items: list[_Item]


_REPLY: Final = TypeAdapter(_Reply)


class ScoringClient:
    """HTTP client of scoring. An answer that is late, wrong or missing is no score, and no score refers."""

    def __init__(self, url: str, key: str, timeout_seconds: float) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._timeout = {"timeout": httpx.Timeout(timeout_seconds).as_dict()}
        # The transport and not a client: no redirects, cookies or proxies to look for, and half the cost of a call.
        self._http = httpx.AsyncHTTPTransport()

    async def scores(self, questions: Sequence[Question]) -> list[ScoreOutcome | None]:
        """Return the score of each question, None where there is none."""
        asked = [{"product": each.product, "party_id": each.party_id, "facts": each.facts} for each in questions]
        body = to_json({"items": asked})
        try:
            response = await self._send("POST", _PATH, body)
            items = _REPLY.validate_json(response, strict=True)["items"]
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("scoring_unavailable", cause=type(error).__name__)
            return [None] * len(questions)
        if len(items) != len(questions):
            log.warning("scoring_unavailable", cause="wrong number of scores")
            return [None] * len(questions)
        return [_outcome(item["score"]) for item in items]

    async def reachable(self) -> bool:
        """Tell whether scoring answers."""
        await self._send("GET", "/healthz")
        return True

    async def _send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = httpx.Request(method, self._url + path, headers=self._headers, content=body, extensions=self._timeout)
        response = await self._http.handle_async_request(request)
        response.request = request
        content = await response.aread()
        response.raise_for_status()
        return content

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _outcome(score: _Score | None) -> ScoreOutcome | None:
    if score is None:
        return None
    return ScoreOutcome(
        score=score["score"],
        pd=Decimal(score["pd"]),
        reasons=tuple([reason["code"] for reason in score["reasons"]]),
        model=score["model"],
        model_version=str(score["model_version"]),
        model_hash=score["model_hash"],
    )
