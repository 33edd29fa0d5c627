"""What holds of every check, whatever the rule and the figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.limits.domain.account import Basis, Status
from services.limits.domain.books import Books
from services.limits.domain.checks.figures import Figures, Orders
from services.limits.domain.checks.result import Checkpoint, Outcome, Verdict, worst
from services.limits.domain.holds import Release
from shared.money import Money
from tests.limits.checks import given

_PERCENT = st.sampled_from(["1", "50", "80", "99.5", "100", "120"])
_AT = st.lists(st.sampled_from(["order", "delivery", "goods_issue"]), min_size=1, max_size=3, unique=True)
_MONEY = st.integers(1, 3000).map(given.eur)
_WORDS = {"en": "No.", "zh": "不。"}


def _kind(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"kind": st.just(kind), "on_hit": st.sampled_from(["warn", "block"]), "at": _AT, **fields}
    )


STEPS = st.lists(
    st.one_of(
        _kind("account_status"),
        _kind("limit_expired"),
        _kind("static_utilization", max_percent=_PERCENT),
        _kind("dynamic_utilization", max_percent=_PERCENT, horizon_days=st.sampled_from([0, 30, 60])),
        _kind("maximum_document", maximum=_MONEY),
        _kind("oldest_overdue", max_days=st.integers(0, 90), tolerance=_MONEY),
        _kind("overdue_share", max_percent=st.sampled_from(["0", "10.5", "100"])),
        _kind("dunning_level", max_level=st.integers(0, 4)),
        _kind(
            "payment_behaviour", max_days_late=st.sampled_from(["0", "7.25", "30"]), min_paid_items=st.integers(1, 9)
        ),
        _kind(
            "custom",
            reason=st.just("HOUSE_RULE"),
            words=st.just(_WORDS),
            **{"if": st.sampled_from(["amount > 5", "average_days_late > 3", "amount + posted > limit"])},
        ),
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    """The figures of an account, perhaps in a group, perhaps asked about in another currency."""
    minor = st.integers(0, 2000)

    def level(account_id: str, path: tuple[str, ...]) -> Any:
        return given.account(
            account_id,
            limit_minor=draw(minor),
            path=path,
            cover_minor=draw(minor),
            posted_minor=draw(st.integers(-500, 2000)),
            reserved_minor=draw(minor),
            basis=draw(st.sampled_from(Basis)),
            status=draw(st.sampled_from([Status.OPEN, Status.OPEN, *Status])),
        )

    levels = [level("acc_own", ("acc_own",))]
    if draw(st.booleans()):
        levels = [level("acc_group", ("acc_group",)), level("acc_own", ("acc_group", "acc_own"))]
    receivables = given.items(
        open_minor=draw(st.none() | minor),
        overdue_minor=draw(st.none() | minor),
        oldest_overdue_days=draw(st.integers(0, 120)),
        dunning_level=draw(st.integers(0, 5)),
        average_days_late=draw(st.none() | st.fractions(0, 60)),
        paid_items=draw(st.integers(0, 9)),
    )
    is_known = draw(st.booleans())
    return given.figures(
        draw(st.integers(1, 3000)),
        *levels,
        currency=draw(st.sampled_from(["EUR", "EUR", "USD"])),
        rates=draw(st.sampled_from([given.RATES, type(given.RATES)()])),
        receivables=receivables if is_known else None,
        orders={days: Orders(draw(minor), draw(minor), draw(minor)) for days in (0, 30, 60)} if is_known else {},
        checkpoint=draw(st.sampled_from(Checkpoint)),
    )


def _rule(steps: list[Mapping[str, Any]]) -> Any:
    return given.rule(*steps, currency="EUR")


_SEVERITY = [Verdict.OK, Verdict.WARN, Verdict.BLOCK]


@settings(max_examples=150)
@over(steps=STEPS, of=figures(), more=st.integers(0, 3000))
def test_more_is_never_easier(steps: list[Mapping[str, Any]], of: Figures, more: int) -> None:
    by = _rule(steps)
    larger = replace(of, amount=Money(of.amount.amount_minor + more, of.amount.currency))
    before, after = given.checked(of, by).verdict, given.checked(larger, by).verdict
    assert _SEVERITY.index(before) <= _SEVERITY.index(after)


@settings(max_examples=150)
@over(steps=STEPS, of=figures(), data=st.data())
def test_the_order_of_steps_changes_nothing_but_the_order_of_the_log(
    steps: list[Mapping[str, Any]], of: Figures, data: st.DataObject
) -> None:
    named: list[Mapping[str, Any]] = [{**step, "name": f"step_{place}"} for place, step in enumerate(steps)]
    shuffled = data.draw(st.permutations(named))
    one, other = given.checked(of, _rule(named)), given.checked(of, _rule(shuffled))
    assert one.verdict is other.verdict
    assert set(one.reasons) == set(other.reasons)
    assert {step.step: step for step in one.steps} == {step.step: step for step in other.steps}


@settings(max_examples=150)
@over(steps=STEPS, of=figures())
def test_every_step_is_logged_and_the_worst_verdict_counts(steps: list[Mapping[str, Any]], of: Figures) -> None:
    by = _rule(steps)
    found = given.checked(of, by)
    assert [step.step for step in found.steps] == [step.name for step in by.steps]
    assert found.verdict is worst(step.verdict for step in found.steps)
    for step in found.steps:
        assert (step.verdict is Verdict.OK) == (step.outcome not in (Outcome.HIT, Outcome.MISSING))
        assert (step.reason is None) == (step.verdict is Verdict.OK)


@settings(max_examples=150)
@over(of=figures())
def test_at_a_hundred_percent_an_amount_fits_exactly_when_it_could_be_reserved(of: Figures) -> None:
    books = Books(of.levels, (), of.now, of.rates)
    amounts = books.amounts(of.path, of.amount.amount_minor, of.amount.currency)
    by = given.rule({"kind": "static_utilization"})
    assert (given.checked(of, by).verdict is Verdict.OK) == (books.obstacle(of.path, amounts) is None)


@settings(max_examples=150)
@over(of=figures(), covers=st.integers(1, 3000), hours=st.integers(-2, 2), is_news=st.booleans())
def test_a_release_lets_its_document_pass_up_to_its_amount_until_it_runs_out_or_something_else_speaks_against_it(
    of: Figures, covers: int, hours: int, is_news: bool
) -> None:
    by = given.built_in()
    without = given.checked(of, by)
    known = frozenset(sorted(without.against)[1:]) if is_news else without.against
    release = Release("hld_1", Money(covers, of.amount.currency), of.now + timedelta(hours=hours), known)
    found = given.checked(of, by, release=release)
    stands = of.amount.amount_minor <= covers and hours > 0 and not is_news
    if without.verdict is Verdict.BLOCK and stands:
        assert (found.verdict, found.released_by_hold) == (Verdict.OK, "hld_1")
    else:
        assert found == without
    assert found.steps == without.steps
