"""Putting versions to work and taking them back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shared.db import Database
from shared.governance.api.given import CommentBody, changing, shown
from shared.governance.domain import Action, Given, StopRules, Trial
from shared.governance.governed import Governance
from shared.governance.handlers import releasing
from shared.http import Body, SafeStr, caller
from shared.http.versions import expected_version

Rate = Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$")]
"""A decimal between 0 and 1, as text."""

Points = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,3})?$")]
"""Points of a score, as text."""


class ScheduleBody(CommentBody):
    """From when a version is live, and until when if it ends; RFC 3339 with a time zone."""

    effective_from: Annotated[datetime, Field(strict=False)]
    effective_to: Annotated[datetime, Field(strict=False)] | None = None


class StopRulesBody(Body):
    """What stops the challenger by itself, once it has given `min_decisions` answers.

    Rates of approval and referral are those of policies. Those of failures, and the shift of the mean score against the
    champion's, are those of scorecards.
    """

    min_decisions: int = Field(default=0, ge=0, le=10_000_000)
    max_bad_rate: Rate | None = None
    min_approval_rate: Rate | None = None
    max_referral_rate: Rate | None = None
    max_failure_rate: Rate | None = None
    max_mean_shift: Points | None = None


class ChallengeBody(CommentBody):
    """The test (the salt of its split), its share in basis points, when it can be judged and what stops it."""

    test: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    share_bp: int = Field(ge=1, le=10_000)
    maturity_months: int | None = Field(default=None, ge=0, le=120)
    stop_rules: StopRulesBody = StopRulesBody()


class RollbackBody(Body):
    """Why, and to which version; to the one that was live before when absent."""

    comment: Annotated[str, Field(min_length=1, max_length=2_000)]
    version_id: SafeStr | None = None


def add_releases(routes: APIRouter, db: Database, governance: Governance) -> None:
    """Add the routes that change what runs."""
    _add_going_live(routes, db, governance)
    _add_trials(routes, db, governance)
    _add_ends(routes, db, governance)


def _add_going_live(routes: APIRouter, db: Database, governance: Governance) -> None:
    @routes.post("/versions/{version_id}/promote", **changing(Action.PROMOTE))
    async def promote(request: Request, version_id: str, body: CommentBody) -> Response:
        """Make an approved version live now. 409 when it no longer loads with what is live, naming the faults."""
        given = Given(body.comment, row_version=expected_version(request))
        await releasing.promote(db, governance, version_id, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/schedule", **changing(Action.SCHEDULE))
    async def schedule(request: Request, version_id: str, body: ScheduleBody) -> Response:
        """Have an approved version go live at a moment to come, and end at another if one is given."""
        given = Given(
            body.comment,
            effective_from=body.effective_from,
            effective_to=body.effective_to,
            row_version=expected_version(request),
        )
        await releasing.schedule(db, governance, version_id, caller(request).client, given)
        return await shown(db, version_id)


def _add_trials(routes: APIRouter, db: Database, governance: Governance) -> None:
    @routes.post("/versions/{version_id}/shadow", **changing(Action.SHADOW))
    async def shadow(request: Request, version_id: str, body: CommentBody) -> Response:
        """Run an approved version beside the live one on everything; its answers are kept and never given."""
        given = Given(body.comment, row_version=expected_version(request))
        await releasing.try_out(db, governance, version_id, Action.SHADOW, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/challenge", **changing(Action.CHALLENGE))
    async def challenge(request: Request, version_id: str, body: ChallengeBody) -> Response:
        """Have an approved version decide a share of the applications; again with another share to change it."""
        trial = Trial(body.test, body.share_bp, body.maturity_months, StopRules(**body.stop_rules.model_dump()))
        given = Given(body.comment, trial=trial, row_version=expected_version(request))
        await releasing.try_out(db, governance, version_id, Action.CHALLENGE, caller(request).client, given)
        return await shown(db, version_id)


def _add_ends(routes: APIRouter, db: Database, governance: Governance) -> None:
    @routes.post("/versions/{version_id}/stop", **changing(Action.STOP))
    async def stop(request: Request, version_id: str, body: CommentBody) -> Response:
        """End a trial or take back a schedule; the version is approved as before."""
        given = Given(body.comment, row_version=expected_version(request))
        await releasing.stop(db, governance, version_id, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/versions/{version_id}/retire", **changing(Action.RETIRE))
    async def retire(request: Request, version_id: str, body: CommentBody) -> Response:
        """End a version. Nothing takes the place of a live one: without a policy everything is referred."""
        given = Given(body.comment, row_version=expected_version(request))
        await releasing.retire(db, governance, version_id, caller(request).client, given)
        return await shown(db, version_id)

    @routes.post("/catalogue/{kind}/{name}/rollback", **changing(Action.ROLL_BACK))
    async def roll_back(request: Request, kind: str, name: str, body: RollbackBody) -> Response:
        """Put an approved version back at once, in an emergency. One person may; somebody else must review it."""
        given = Given(body.comment)
        by = caller(request).client
        back = await releasing.roll_back(db, governance, kind, name, body.version_id, by, given)
        return await shown(db, back.version_id)
