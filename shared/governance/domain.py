"""What may happen to a version of a document, by whom, and what it needs: one table of transitions.

Pure: no clock, no I/O. Identities are those of API clients; the moment is an argument.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import Fault, Kind, Refusal, conflict, invalid

WHOLE_BP: Final = 10_000
"""All traffic, in basis points."""

_FARTHEST: Final = timedelta(days=36_500)


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    VALIDATED = "validated"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SHADOW = "shadow"
    CHALLENGER = "challenger"
    LIVE = "live"
    RETIRED = "retired"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to a version."""

    EDIT = "edit"
    VALIDATE = "validate"
    INVALIDATE = "invalidate"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    SHADOW = "shadow"
    CHALLENGE = "challenge"
    STOP = "stop"
    PROMOTE = "promote"
    RETIRE = "retire"
    ROLL_BACK = "roll_back"
    REINSTATE = "reinstate"
    REVIEW = "review"
    COME_DUE = "come_due"
    GIVE_WAY = "give_way"
    RETURN = "return"
    LAPSE = "lapse"


class Scope(StrEnum):
    """What an API client needs to be allowed."""

    WRITE = "catalogue:write"
    APPROVE = "catalogue:approve"
    DEPLOY = "catalogue:deploy"
    ROLLBACK = "catalogue:rollback"
    READ = "catalogue:read"


EDITABLE: Final = frozenset({State.DRAFT, State.VALIDATED})
RUNNABLE: Final = frozenset({State.APPROVED, State.SCHEDULED, State.SHADOW, State.CHALLENGER})
"""Approved, and not live yet."""
ONCE_APPROVED: Final = RUNNABLE | {State.LIVE, State.RETIRED, State.ROLLED_BACK}
"""What a caller may pin and an emergency may put back: a retired version counts if it was approved."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from which states to which (None: it stays), who may, and what it asks for.

    `scope` is None for what the platform does by itself. `four_eyes` means: not the creator and not an editor.
    """

    sources: frozenset[State]
    target: State | None
    scope: Scope | None
    four_eyes: bool = False
    needs_comment: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


TRANSITIONS: Final[Mapping[Action, Transition]] = {
    Action.EDIT: Transition(EDITABLE, State.DRAFT, Scope.WRITE),
    Action.VALIDATE: Transition(EDITABLE, State.VALIDATED, Scope.WRITE),
    Action.INVALIDATE: Transition(EDITABLE, State.DRAFT, Scope.WRITE),
    Action.SUBMIT: Transition(_from(State.VALIDATED), State.SUBMITTED, Scope.WRITE),
    Action.WITHDRAW: Transition(EDITABLE | {State.SUBMITTED}, State.WITHDRAWN, Scope.WRITE),
    Action.APPROVE: Transition(_from(State.SUBMITTED), State.APPROVED, Scope.APPROVE, four_eyes=True),
    Action.REJECT: Transition(
        _from(State.SUBMITTED), State.REJECTED, Scope.APPROVE, four_eyes=True, needs_comment=True
    ),
    Action.SCHEDULE: Transition(RUNNABLE, State.SCHEDULED, Scope.DEPLOY),
    Action.SHADOW: Transition(RUNNABLE - {State.SHADOW}, State.SHADOW, Scope.DEPLOY),
    Action.CHALLENGE: Transition(RUNNABLE, State.CHALLENGER, Scope.DEPLOY),
    Action.STOP: Transition(RUNNABLE - {State.APPROVED}, State.APPROVED, Scope.DEPLOY),
    Action.PROMOTE: Transition(RUNNABLE, State.LIVE, Scope.DEPLOY),
    Action.RETIRE: Transition(RUNNABLE | {State.LIVE}, State.RETIRED, Scope.DEPLOY),
    Action.ROLL_BACK: Transition(_from(State.LIVE), State.ROLLED_BACK, Scope.ROLLBACK, needs_comment=True),
    Action.REINSTATE: Transition(ONCE_APPROVED - {State.LIVE}, State.LIVE, Scope.ROLLBACK, needs_comment=True),
    Action.REVIEW: Transition(ONCE_APPROVED, None, Scope.APPROVE),
    Action.COME_DUE: Transition(_from(State.SCHEDULED), State.LIVE, None),
    Action.GIVE_WAY: Transition(_from(State.LIVE), State.RETIRED, None),
    Action.RETURN: Transition(_from(State.RETIRED), State.LIVE, None),
    Action.LAPSE: Transition(_from(State.SCHEDULED), State.RETIRED, None),
}
"""The whole machine. What the clock does follows the timeline: a version comes due, gives way to another, returns when
that one ends, or lapses when its time went by before anybody looked."""


@dataclass(frozen=True, slots=True)
class StopRules:
    """When a challenger must stop; a kind of document has those rules that there are figures for.

    Rates are decimal strings between 0 and 1, the shift is one in points; none counts before `min_decisions` answers.
    """

    min_decisions: int = 0
    max_bad_rate: str | None = None
    min_approval_rate: str | None = None
    max_referral_rate: str | None = None
    max_failure_rate: str | None = None
    max_mean_shift: str | None = None

    @property
    def agreed(self) -> frozenset[str]:
        """The names of the rules that have a bound."""
        names = {each.name for each in fields(self)} - {"min_decisions"}
        return frozenset(name for name in names if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True)
class Trial:
    """The terms of a challenge: which test (the salt of its split), its share, when it can be judged, what stops it."""

    test: str
    share_bp: int
    maturity_months: int | None = None
    stop_rules: StopRules = StopRules()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the document `kind`/`name`; `number` counts within that name.

    Once submitted, `hash` is the SHA-256 of the document's canonical JSON for good. `row_version` counts changes.
    `rolled_back_by` names who put this version back in an emergency until somebody else has reviewed it.
    """

    version_id: str
    kind: str
    name: str
    number: int
    hash: str
    created_by: str
    editors: frozenset[str]
    state: State = State.DRAFT
    approved_hash: str | None = None
    approved_by: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    trial: Trial | None = None
    rolled_back_by: str | None = None
    row_version: int = 1

    @property
    def review_due(self) -> bool:
        """Whether an emergency rollback to this version still waits for a second pair of eyes."""
        return self.rolled_back_by is not None


@dataclass(frozen=True, slots=True)
class Given:
    """What came with an action; each uses what it needs. `row_version` is the one that was read, if that matters."""

    comment: str | None = None
    hash: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    trial: Trial | None = None
    row_version: int | None = None


def step(version: Version, action: Action, by: str, given: Given, now: datetime) -> Version:
    """Return the version after `action` at the moment `now` (the database's clock); raises `Refusal`.

    412 when `given.row_version` is not the current one, 409 for an action that its state does not allow or a stale
    hash, 403 where four eyes are asked for and `by` has written to the version, 422 for what is missing or unusable.
    """
    transition = TRANSITIONS[action]
    if given.row_version is not None and given.row_version != version.row_version:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "the version has changed since it was read")
    if version.state not in transition.sources:
        allowed = ", ".join(sorted(transition.sources))
        raise conflict("wrong_state", f"the version is {version.state}; {action} needs one of: {allowed}")
    if transition.four_eyes and by in version.editors | {version.created_by}:
        raise Refusal(Kind.FORBIDDEN, "four_eyes", "somebody who has not written to this version must do this")
    if transition.needs_comment and not (given.comment or "").strip():
        raise invalid("comment_missing", "say why")
    state = version.state if transition.target is None else transition.target
    after = replace(version, state=state, row_version=version.row_version + 1)
    return _EFFECTS.get(action, _nothing_more)(after, by, given, now)


def _nothing_more(after: Version, _by: str, _given: Given, _now: datetime) -> Version:
    # Whatever a version was scheduled or tried for ends where it leaves that state.
    return replace(after, effective_from=None, effective_to=None, trial=None)


def _unchanged(after: Version, _by: str, _given: Given, _now: datetime) -> Version:
    return after


def _edit(after: Version, by: str, given: Given, _now: datetime) -> Version:
    if given.hash is None:
        raise invalid("document_missing", "an edit brings a document")
    return replace(after, hash=given.hash, editors=after.editors | {by})


def _approve(after: Version, by: str, given: Given, _now: datetime) -> Version:
    if given.hash != after.hash:
        raise conflict("stale_hash", "the hash to approve is not that of the submitted document")
    return replace(after, approved_hash=after.hash, approved_by=by)


def _schedule(after: Version, _by: str, given: Given, now: datetime) -> Version:
    begin, end = given.effective_from, given.effective_to
    if begin is None or begin.tzinfo is None or (end is not None and end.tzinfo is None):
        raise invalid("time_zone_missing", "effective times need a time zone")
    if begin <= now:
        raise invalid("not_in_the_future", "effective_from must lie in the future; promote takes effect now")
    if end is not None and end <= begin:
        raise invalid("ends_before_it_begins", "effective_to must lie after effective_from")
    if (begin if end is None else end) - now > _FARTHEST:
        raise invalid("too_far_off", f"effective times lie at most {_FARTHEST.days} days ahead")
    return replace(after, effective_from=begin, effective_to=end, trial=None)


def _challenge(after: Version, _by: str, given: Given, _now: datetime) -> Version:
    if given.trial is None or not 0 < given.trial.share_bp <= WHOLE_BP:
        raise invalid("unusable_share", f"share_bp is 1 to {WHOLE_BP} basis points")
    return replace(after, trial=given.trial, effective_from=None, effective_to=None)


def _reinstate(after: Version, by: str, _given: Given, _now: datetime) -> Version:
    if after.approved_hash is None:
        raise conflict("never_approved", "only an approved version can be put back")
    return replace(after, rolled_back_by=by, effective_from=None, effective_to=None, trial=None)


def _review(after: Version, by: str, _given: Given, _now: datetime) -> Version:
    if after.rolled_back_by is None:
        raise conflict("no_review_due", "there is nothing to review")
    if by == after.rolled_back_by:
        raise Refusal(Kind.FORBIDDEN, "four_eyes", "somebody else must review a rollback")
    return replace(after, rolled_back_by=None)


_EFFECTS: Final = {
    Action.EDIT: _edit,
    Action.APPROVE: _approve,
    Action.SCHEDULE: _schedule,
    Action.CHALLENGE: _challenge,
    Action.REINSTATE: _reinstate,
    Action.REVIEW: _review,
    Action.COME_DUE: _unchanged,
}


def require_figures(rules: StopRules, known: Collection[str]) -> None:
    """Raise `Refusal` with 422 and the place of each rule that is not among those `known`, which have figures."""
    faults = [
        Fault(f"/stop_rules/{name}", "no_figures", "nothing is counted that this rule could be held against")
        for name in sorted(rules.agreed.difference(known))
    ]
    if faults:
        raise invalid("unusable_stop_rules", "a rule that is never looked at would protect nobody", faults)


def require_room(others: Mapping[str, Trial], trial: Trial) -> None:
    """Raise `Refusal` with 409 when a challenge does not fit beside the `others` (by version id) of its name.

    Tests are mutually exclusive: a name is used once, and shares add up to at most everything.
    """
    if any(other.test == trial.test for other in others.values()):
        raise conflict("test_taken", "another running challenger has this test name")
    taken = sum(other.share_bp for other in others.values())
    if taken + trial.share_bp > WHOLE_BP:
        raise conflict("no_room", f"other tests take {taken} of {WHOLE_BP} basis points")
