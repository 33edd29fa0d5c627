"""The waterfall: whom to ask about a party next, and when to stop.

Sources are gone through in the order that the product states. One is passed over when what it would tell is known, its
report is used again when it is young enough, and without a consent nobody is asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.intake.domain.consent import Consent, covering
from services.intake.domain.finding import Finding, FindingKind, evidence
from services.intake.domain.inquiry import Outcome
from services.intake.domain.report import Held, is_fresh
from shared.products import Consult, OnFailure, Product

REPORTED: Final = frozenset({FindingKind.BUREAU, FindingKind.REGISTRY, FindingKind.REPORT})
"""Kinds of findings that grow old with the report that they are from."""

OURS: Final = FindingKind.EXPOSURE
"""What our own books say of a party: nobody else is asked, so it takes no consent."""

ASKED: Final = REPORTED | {OURS}
"""Kinds of findings that are from sources which are asked."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an investigation has come: sources that are done with, reports it rests on, what it does without."""

    done: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()

    def passed(self, source: str) -> "Progress":
        """Return the progress once a source is done with and nothing is missing."""
        return replace(self, done=(*self.done, source))

    def rests_on(self, source: str, report_id: str) -> "Progress":
        """Return the progress with a report of a source."""
        return replace(self.passed(source), reports=(*self.reports, report_id))

    def without(self, consult: Consult, fallback: str) -> "Progress":
        """Return the progress without a report; `fallback` is noted unless the product says to go on all the same."""
        passed = self.passed(consult.source)
        if consult.on_failure is OnFailure.PROCEED or fallback in self.fallbacks:
            return passed
        return replace(passed, fallbacks=(*self.fallbacks, fallback))


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An investigation that is under way, for one revision of an application; `facts` are the applicant's own.

    `source` is asked now, under `inquiry_id`, for the `tries`th time. `opened` counts how often it was begun, and once
    it `has_ended` nobody waits for an answer.
    """

    application_id: str
    revision: int
    opened: int
    party_id: str
    product: str
    facts: Mapping[str, Any]
    progress: Progress
    source: str | None = None
    inquiry_id: str | None = None
    tries: int = 0
    has_ended: bool = False

    def is_asked(self, inquiry_id: str) -> bool:
        """Tell whether the answer to an inquiry is waited for."""
        return not self.has_ended and self.inquiry_id == inquiry_id


@dataclass(frozen=True, slots=True)
class File:
    """What is there already: the applicant's own facts, findings, the newest report of each source, and consents."""

    facts: Mapping[str, Any]
    findings: Sequence[Finding]
    reports: Mapping[str, Held]
    consents: Sequence[Consent]

    def consent(self, purpose: str, source: str, kind: FindingKind, now: datetime) -> Consent | None:
        """Return the consent to ask a source for a purpose."""
        return covering(self.consents, purpose, (source, kind), now)


@dataclass(frozen=True, slots=True)
class Settled:
    """A step that was taken without asking anybody."""

    source: str
    outcome: Outcome
    consent_id: str | None = None
    report_id: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How an investigation goes on: its progress, the steps that got it there, and whom to ask; None is the end."""

    progress: Progress
    settled: tuple[Settled, ...]
    ask: Consult | None


def unavailable(source: str) -> str:
    """Return the fallback of a source that gave no report."""
    return f"source_unavailable:{source}"


def no_consent(purpose: str) -> str:
    """Return the fallback of a purpose that the party has not consented to."""
    return f"no_consent:{purpose}"


def go_on(product: Product, progress: Progress, file: File, kinds: Mapping[str, FindingKind], now: datetime) -> Course:
    """Return how the investigation for an application for `product` goes on; `kinds` are those of all known sources."""
    plan = product.plan.investigation
    settled: list[Settled] = []
    for consult in () if plan is None else plan.sources:
        name = consult.source
        if name in progress.done:
            continue
        if _is_known(product, consult, progress, file, now):
            progress = progress.passed(name)
            continue
        assert plan is not None
        step = _settle(consult, plan.purpose, file, kinds.get(name), now)
        if step is None:
            return Course(progress, tuple(settled), consult)
        settled.append(step)
        if step.report_id is not None:
            progress = progress.rests_on(name, step.report_id)
        elif step.outcome is Outcome.NO_CONSENT:
            progress = progress.without(consult, no_consent(plan.purpose))
        else:
            progress = progress.without(consult, unavailable(name))
    return Course(progress, tuple(settled), None)


def current(
    product: Product, findings: Sequence[Finding], moment: datetime, reports: Collection[str] = ()
) -> list[Finding]:
    """Return the findings that count for an application for `product` whose investigation began at `moment`.

    What a source that the product asks has reported counts when it might be used again then, when it came later, and
    when the investigation rests on it (`reports`, by id). All else counts for as long as it says itself.
    """
    plan = product.plan.investigation
    may_be_old = {} if plan is None else {consult.source: consult.max_age_days for consult in plan.sources}
    return [
        entry
        for entry in findings
        if entry.kind not in ASKED
        or entry.source not in may_be_old
        or entry.record_id in reports
        or is_fresh(entry.received_at or entry.as_of, may_be_old[entry.source], moment)
    ]


def _settle(consult: Consult, purpose: str, file: File, kind: FindingKind | None, now: datetime) -> Settled | None:
    """Return what a step comes to when nobody needs to be asked for it, None when the source has to be."""
    if kind is None:
        return Settled(consult.source, Outcome.NOT_CONFIGURED)
    consent = file.consent(purpose, consult.source, kind, now)
    if consent is None and kind is not OURS:
        return Settled(consult.source, Outcome.NO_CONSENT)
    held = file.reports.get(consult.source)
    if held is None or not is_fresh(held.received_at, consult.max_age_days, now):
        return None
    return Settled(consult.source, Outcome.REUSED, None if consent is None else consent.consent_id, held.report_id)


def _is_known(product: Product, consult: Consult, progress: Progress, file: File, now: datetime) -> bool:
    """Tell whether all facts are there that would make a step needless; facts of reports must be young enough."""
    wanted = consult.unless_known
    if not wanted:
        return False
    oldest = now - timedelta(days=consult.max_age_days)
    counting = current(product, file.findings, now, progress.reports)
    young = [entry for entry in counting if _counts(entry, progress.reports, oldest)]
    known = evidence(product, young, now).facts
    return all(name in known or file.facts.get(name) is not None for name in wanted)


def _counts(finding: Finding, reports: Collection[str], oldest: datetime) -> bool:
    return finding.kind not in REPORTED or finding.record_id in reports or finding.as_of > oldest
