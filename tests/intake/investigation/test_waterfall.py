"""The waterfall against what it promises, whatever is known, held and allowed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.consent import Consent
from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.inquiry import Outcome
from services.intake.domain.report import Held, is_fresh
from services.intake.domain.waterfall import ASKED, Course, File, Progress, current, go_on, no_consent, unavailable
from shared.products import Consult, Product, parse_product

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = ("one", "two", "three", "four")
KINDS = {"one": FindingKind.BUREAU, "two": FindingKind.REGISTRY, "three": FindingKind.BUREAU}
FACTS = ("score", "age")
CONSULTS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(NAMES),
            "max_age_days": st.integers(0, 3),
            "unless_known": st.lists(st.sampled_from(FACTS), max_size=2, unique=True),
            "on_failure": st.sampled_from(["refer", "proceed"]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda consult: consult["source"],
)


def product(consults: list[dict[str, object]]) -> Product:
    fact = {"type": "integer", "source": "file"}
    return parse_product(
        {
            "name": "asked",
            "title": "Asked",
            "currency": "USD",
            "facts": {"requested_amount": {"type": "money", "required": True}, **dict.fromkeys(FACTS, fact)},
            "investigation": {"purpose": "credit", "sources": consults},
        }
    )


def consent(*scope: str, days: int = 1) -> Consent:
    until = NOW + timedelta(days=days)
    return Consent("cns_1", "pty_1", "credit", scope, NOW - timedelta(days=9), until, "los", NOW - timedelta(days=9))


def finding(source: str, record_id: str, age_days: int, **facts: int) -> Finding:
    as_of = NOW - timedelta(days=age_days)
    return Finding(f"fnd_{record_id}", "pty_1", KINDS.get(source, FindingKind.BUREAU), source, record_id, as_of, facts)


FILES = st.builds(
    File,
    facts=st.just({}),
    findings=st.lists(
        st.builds(finding, st.sampled_from(NAMES), st.just("rep_old"), st.integers(0, 5), score=st.integers(1, 9)),
        max_size=2,
    ),
    reports=st.dictionaries(
        st.sampled_from(NAMES),
        st.builds(Held, st.just("rep_held"), st.integers(0, 5).map(lambda days: NOW - timedelta(days=days))),
    ),
    consents=st.lists(st.builds(consent, st.sampled_from(["bureau", "registry", *NAMES])), max_size=2),
)


def is_allowed(file: File, source: str) -> bool:
    return file.consent("credit", source, KINDS[source], NOW) is not None


@settings(max_examples=200)
@given(CONSULTS, FILES, st.data())
def test_it_ends_asks_each_once_in_order_and_nobody_without_consent(
    consults: list[dict[str, object]], file: File, data: st.DataObject
) -> None:
    asked_for = product(consults)
    assert asked_for.plan.investigation is not None
    plan = {consult.source: consult for consult in asked_for.plan.investigation.sources}
    progress, asked, lacking = Progress(), [], []
    for _ in range(len(consults) + 1):
        course = go_on(asked_for, progress, file, KINDS, NOW)
        for step in course.settled:
            lacking += _lack(step.outcome, step.source, plan)
            assert step.outcome is not Outcome.REUSED or is_allowed(file, step.source)
            assert (step.report_id is not None) == (step.outcome is Outcome.REUSED)
        progress = course.progress
        if course.ask is None:
            break
        asked.append(course.ask.source)
        assert is_allowed(file, course.ask.source)
        if data.draw(st.booleans()):
            progress = progress.rests_on(course.ask.source, f"rep_{course.ask.source}")
        else:
            progress = progress.without(course.ask, unavailable(course.ask.source))
            lacking += _lack(Outcome.TIMEOUT, course.ask.source, plan)
    assert course.ask is None
    assert list(progress.done) == list(plan)
    assert asked == [source for source in plan if source in asked]
    assert sorted(progress.fallbacks) == sorted(set(lacking))
    assert go_on(asked_for, progress, file, KINDS, NOW) == Course(progress, (), None)


def _lack(outcome: Outcome, source: str, plan: dict[str, Consult]) -> list[str]:
    if outcome is Outcome.REUSED or plan[source].on_failure == "proceed":
        return []
    return [no_consent("credit") if outcome is Outcome.NO_CONSENT else unavailable(source)]


def test_an_old_report_is_neither_used_again_nor_taken_for_knowledge() -> None:
    asked_for = product([{"source": "one", "max_age_days": 30, "unless_known": ["score"]}])
    file = File({}, [finding("one", "rep_1", 31, score=5)], {"one": Held("rep_1", NOW - timedelta(days=31))}, [])
    assert go_on(asked_for, Progress(), file, KINDS, NOW).settled[0].outcome is Outcome.NO_CONSENT
    allowed = File(file.facts, file.findings, file.reports, [consent("bureau")])
    course = go_on(asked_for, Progress(), allowed, KINDS, NOW)
    assert course.ask is not None
    assert course.ask.source == "one"


def test_what_this_investigation_has_found_out_counts_however_the_source_dates_it() -> None:
    asked_for = product([{"source": "one"}, {"source": "two", "unless_known": ["score"]}])
    file = File({}, [finding("one", "rep_1", 3, score=5)], {}, [consent("bureau", "registry")])
    come = Progress().rests_on("one", "rep_1")
    assert go_on(asked_for, come, file, KINDS, NOW).ask is None
    other = Progress().rests_on("one", "rep_2")
    assert go_on(asked_for, other, file, KINDS, NOW).ask is not None


def test_our_own_books_are_asked_without_a_consent() -> None:
    asked_for = product([{"source": "one"}])
    course = go_on(asked_for, Progress(), File({}, [], {}, []), {"one": FindingKind.EXPOSURE}, NOW)
    assert course.ask is not None


def ages(consults: list[dict[str, object]]) -> dict[str, int]:
    plan = product(consults).plan.investigation
    assert plan is not None
    return {consult.source: consult.max_age_days for consult in plan.sources}


CAME = st.builds(
    lambda kind, source, record, hours: Finding(
        f"fnd_{record}", "pty_1", kind, source, record, NOW - timedelta(days=400), {"score": 5}, received_at=NOW - hours
    ),
    st.sampled_from(FindingKind),
    st.sampled_from(NAMES),
    st.sampled_from(["rep_1", "rep_2", "rep_3"]),
    st.integers(-2, 100).map(lambda hours: timedelta(hours=hours)),
)


@settings(max_examples=200)
@given(CONSULTS, st.lists(CAME, max_size=4), st.sets(st.sampled_from(["rep_1", "rep_2"])))
def test_of_a_source_that_is_asked_only_that_counts_which_would_be_used_again_or_was_brought_for_this(
    consults: list[dict[str, object]], findings: list[Finding], reports: set[str]
) -> None:
    may = ages(consults)
    counting = current(product(consults), findings, NOW, reports)
    for entry in findings:
        assert entry.received_at is not None
        is_asked_for = entry.kind in ASKED and entry.source in may
        is_usable = is_asked_for and is_fresh(entry.received_at, may[entry.source], NOW)
        assert (entry in counting) == (not is_asked_for or is_usable or entry.record_id in reports)
    assert [entry for entry in findings if entry in counting] == counting


@settings(max_examples=100)
@given(CONSULTS, FILES)
def test_what_is_taken_for_known_counts_when_the_application_is_submitted(
    consults: list[dict[str, object]], file: File
) -> None:
    asked_for = product(consults)
    course = go_on(asked_for, Progress(), file, KINDS, NOW)
    assert asked_for.plan.investigation is not None
    passed = set(course.progress.done) - {step.source for step in course.settled}
    known = {name for entry in current(asked_for, file.findings, NOW) for name in entry.facts}
    for consult in asked_for.plan.investigation.sources:
        assert consult.source not in passed or set(consult.unless_known) <= known


def test_a_report_that_may_never_be_used_again_counts_for_what_it_was_asked_for_and_what_began_before_it_came() -> None:
    asked_for = product([{"source": "one", "max_age_days": 0}])
    told = replace(finding("one", "rep_1", 3, score=5), received_at=NOW)
    assert current(asked_for, [told], NOW) == []
    assert current(asked_for, [told], NOW, {"rep_1"}) == [told]
    assert current(asked_for, [told], NOW - timedelta(seconds=1)) == [told]


def test_what_no_source_of_the_product_was_asked_counts_as_long_as_it_says_itself() -> None:
    asked_for = product([{"source": "one", "max_age_days": 0}])
    statement = replace(finding("one", "fst_1", 300, score=5), kind=FindingKind.STATEMENT)
    other = finding("two", "rep_2", 300, score=5)
    assert current(asked_for, [statement, other], NOW) == [statement, other]
