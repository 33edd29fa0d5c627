"""The sandbox's application: three providers behind one port."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.sandbox import companies, people
from services.sandbox.identities import Story, company, person

USER: Final = "sandbox"
_XML: Final = "application/xml"
_JSON: Final = "application/json"


class Settings(BaseSettings):
    """Variables that start with `SANDBOX_`: the key that callers sign in with, and how long the late ones take."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_")

    key: SecretStr = SecretStr("sandbox")
    slow_seconds: float = 1.0
    timeout_seconds: float = 60.0


class _Identifier(BaseModel):
    scheme: str
    value: str


class _Subject(BaseModel):
    identifier: _Identifier


class CreditFileQuestion(BaseModel):
    """What the consumer bureau reads of a question."""

    permissible_purpose: str
    consent_reference: str
    subject: _Subject


class EmploymentQuestion(BaseModel):
    """What the employment check reads of a question."""

    ssn: str


class _Provider:
    """What the three have in common: callers sign in, and each story takes its course."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.key.get_secret_value().encode()
        self._settings = settings

    def signed_in(self, request: Request) -> None:
        """Refuse callers without the key, in a header of the bureau's own or as a bearer token."""
        given = request.headers.get("x-bureau-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), self._key):
            raise HTTPException(401)

    def signed_in_as_user(self, given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
        """Refuse callers without user and password."""
        is_user = secrets.compare_digest(given.username.encode(), USER.encode())
        if not secrets.compare_digest(given.password.encode(), self._key) or not is_user:
            raise HTTPException(401)

    async def told(self, story: Story, media_type: str, answer: Callable[[datetime], tuple[int, Any]]) -> Response:
        """Return an answer as the story has it: late, never, broken, or as it is."""
        if story is Story.TIMEOUT:
            await asyncio.sleep(self._settings.timeout_seconds)
            raise HTTPException(504)
        if story is Story.SERVER_ERROR:
            raise HTTPException(500)
        if story is Story.SLOW:
            await asyncio.sleep(self._settings.slow_seconds)
        status, content = answer(datetime.now(UTC))
        whole = JSONResponse(content, status) if media_type == _JSON else Response(content, status, media_type=_XML)
        if story is Story.MALFORMED:
            return Response(whole.body[: len(whole.body) // 2], media_type=media_type)
        return whole


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application."""
    app = FastAPI(
        title="Assay sandbox",
        version="1",
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    provider = _Provider(settings or Settings())
    _add_people(app, provider)
    _add_companies(app, provider)

    @app.get("/healthz")
    @app.get("/readyz")
    async def healthy() -> dict[Literal["status"], Literal["ready"]]:
        """Tell that the sandbox answers."""
        return {"status": "ready"}

    return app


def _add_people(app: FastAPI, provider: _Provider) -> None:
    @app.post("/consumer-bureau/v1/credit-files", dependencies=[Depends(provider.signed_in)])
    async def credit_file(question: CreditFileQuestion) -> Response:
        """Answer as the consumer bureau."""
        scheme, value = question.subject.identifier.scheme, question.subject.identifier.value
        story = person(scheme, value)
        return await provider.told(story, _JSON, lambda now: (200, people.credit_file(scheme, value, story, now)))

    @app.post("/employment-check/v1/checks", dependencies=[Depends(provider.signed_in)])
    async def employment_check(question: EmploymentQuestion) -> Response:
        """Answer as the employment check."""
        scheme, value = "us-ssn", question.ssn
        story = person(scheme, value)
        return await provider.told(story, _JSON, lambda now: (200, people.employment(scheme, value, story, now)))


def _add_companies(app: FastAPI, provider: _Provider) -> None:
    @app.get("/company-registry/v1/companies/{scheme}/{value}", dependencies=[Depends(provider.signed_in_as_user)])
    async def company_record(scheme: str, value: str) -> Response:
        """Answer as the company registry."""
        story = company(scheme, value)

        def answer(now: datetime) -> tuple[int, str]:
            if not companies.is_known(scheme, value, story):
                return 404, companies.unknown(scheme, value, now)
            return 200, companies.record(scheme, value, story, now)

        return await provider.told(story, _XML, answer)
