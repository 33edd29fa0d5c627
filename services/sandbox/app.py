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


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application."""
    own = settings or Settings()
    key = own.key.get_secret_value()
    app = FastAPI(
        title="Assay sandbox",
        version="1",
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )

    def signed_in(request: Request) -> None:
        given = request.headers.get("x-bureau-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), key.encode()):
            raise HTTPException(401)

    def signed_in_as_user(given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
        known = secrets.compare_digest(given.username.encode(), USER.encode())
        if not secrets.compare_digest(given.password.encode(), key.encode()) or not known:
            raise HTTPException(401)

    async def told(story: Story, media_type: str, answer: Callable[[datetime], tuple[int, Any]]) -> Response:
        if story is Story.TIMEOUT:
            await asyncio.sleep(own.timeout_seconds)
            raise HTTPException(504)
        if story is Story.SERVER_ERROR:
            raise HTTPException(500)
        if story is Story.SLOW:
            await asyncio.sleep(own.slow_seconds)
        status, content = answer(datetime.now(UTC))
        whole = JSONResponse(content, status) if media_type == _JSON else Response(content, status, media_type=_XML)
        if story is Story.MALFORMED:
            return Response(whole.body[: len(whole.body) // 2], media_type=media_type)
        return whole

    @app.get("/healthz")
    @app.get("/readyz")
    async def healthy() -> dict[Literal["status"], Literal["ready"]]:
        """Tell that the sandbox answers."""
        return {"status": "ready"}

    @app.post("/consumer-bureau/v1/credit-files", dependencies=[Depends(signed_in)])
    async def credit_file(question: CreditFileQuestion) -> Response:
        """Answer as the consumer bureau."""
        scheme, value = question.subject.identifier.scheme, question.subject.identifier.value
        story = person(scheme, value)
        return await told(story, _JSON, lambda now: (200, people.credit_file(scheme, value, story, now)))

    @app.get("/company-registry/v1/companies/{scheme}/{value}", dependencies=[Depends(signed_in_as_user)])
    async def company_record(scheme: str, value: str) -> Response:
        """Answer as the company registry."""
        story = company(scheme, value)

        def answer(now: datetime) -> tuple[int, str]:
            if not companies.is_known(scheme, value, story):
                return 404, companies.unknown(scheme, value, now)
            return 200, companies.record(scheme, value, story, now)

        return await told(story, _XML, answer)

    @app.post("/employment-check/v1/checks", dependencies=[Depends(signed_in)])
    async def employment_check(question: EmploymentQuestion) -> Response:
        """Answer as the employment check."""
        story = person("us-ssn", question.ssn)
        return await told(story, _JSON, lambda now: (200, people.employment("us-ssn", question.ssn, story, now)))

    return app
