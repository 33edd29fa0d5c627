"""What a policy answers."""

from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from tests.decision.domain.policy.small import AS_OF, GOOD, changed, evaluated, policy

POLICY = policy()

ANSWERS: list[tuple[str, dict[str, Any], tuple[str, str | None, int | None, tuple[str, ...]]]] = [
    ("the best grade is approved", {}, ("approve", "A", 200_000, ())),
    (
        "income caps the limit, and less than was asked for is an offer",
        {"income": 300_000},
        ("counter_offer", "A", 150_000, ("INCOME_LOW",)),
    ),
    ("a middling grade is offered less", {"score": 560}, ("counter_offer", "B", 160_000, ("AMOUNT_HIGH", "S1", "S2"))),
    (
        "a counter-offer is rounded down to its multiple",
        {"score": 560, "requested_amount": 199_999},
        ("counter_offer", "B", 155_000, ("AMOUNT_HIGH", "S1", "S2")),
    ),
    (
        "a large amount at a middling grade is referred",
        {"score": 560, "requested_amount": 500_001},
        ("refer", "B", None, ("S1", "S2")),
    ),
    ("the default row declines the rest", {"score": 499}, ("decline", "C", None, ("S1", "S2"))),
    ("a knock-out declines the best grade", {"dti": Decimal("0.6001")}, ("decline", "A", None, ("DEBT_HIGH",))),
    (
        "a referral by a knock-out stops an approval",
        {"customer_since": date(2026, 6, 1)},
        ("refer", "A", None, ("NEW_CUSTOMER",)),
    ),
    (
        "the reasons of a decline are those of the rules that decline",
        {"customer_since": date(2026, 6, 1), "dti": Decimal("0.9"), "score": 560},
        ("decline", "B", None, ("DEBT_HIGH",)),
    ),
    (
        "knock-outs come before the score, in row order, four in all",
        {"requested_amount": 9_999, "dti": Decimal("0.9"), "employed": False, "score": 400},
        ("decline", "C", None, ("TOO_SMALL", "DEBT_HIGH", "NO_JOB", "S1")),
    ),
    ("a missing fact refers where the rule says so", {"dti": None}, ("refer", "A", None, ("INFORMATION_INCOMPLETE",))),
    (
        "a missing fact declines where the rule says so",
        {"employed": None},
        ("decline", "A", None, ("INFORMATION_INCOMPLETE",)),
    ),
    ("a missing fact is ignored where the rule says so", {"customer_since": None}, ("approve", "A", 200_000, ())),
    (
        "a missing fact does not matter where another cell rules the row out",
        {"employed": None, "region": "south"},
        ("approve", "A", 200_000, ()),
    ),
    (
        "a decline outweighs what is missing",
        {"dti": None, "employed": False},
        ("decline", "A", None, ("NO_JOB",)),
    ),
    ("a missing score refers", {"score": None}, ("refer", None, None, ("SCORE_UNAVAILABLE",))),
    (
        "a missing fact in the limit refers",
        {"income": None},
        ("refer", "A", None, ("INFORMATION_INCOMPLETE",)),
    ),
    (
        "a missing fact that an earlier row turns on leaves a FIRST table open",
        {"score": 560, "requested_amount": None},
        ("refer", "B", None, ("INFORMATION_INCOMPLETE",)),
    ),
]


@pytest.mark.parametrize(("change", "answer"), [pytest.param(c, a, id=name) for name, c, a in ANSWERS])
def test_the_answer(change: dict[str, Any], answer: tuple[str, str | None, int | None, tuple[str, ...]]) -> None:
    found = evaluated(POLICY, {**GOOD, **change}, ("S1", "S2"))
    assert (found.outcome, found.grade, found.approved_minor, found.reasons) == answer


WRONG: list[tuple[str, object]] = [
    ("dti", 0),
    ("dti", "0.2"),
    ("dti", 0.2),
    ("dti", Decimal("NaN")),
    ("dti", Decimal("sNaN")),
    ("dti", Decimal("-Infinity")),
    ("income", True),
    ("income", Decimal(900_000)),
    ("income", "900000"),
    ("score", 640.0),
    ("score", "640"),
    ("income", 2**53),
    ("requested_amount", 0),
    ("dti", Decimal("0.20001")),
    ("dti", Decimal(10) ** 19),
    ("requested_amount", [200_000]),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_of_the_wrong_type_counts_as_missing(name: str, value: Any) -> None:
    found = evaluated(POLICY, {**GOOD, name: value})
    assert found == evaluated(POLICY, {**GOOD, name: None})
    assert found.outcome == "refer"


@pytest.mark.parametrize(("name", "value"), [("employed", 0), ("employed", "true"), ("region", "north pole")])
def test_a_value_that_the_fact_cannot_have_counts_as_missing(name: str, value: Any) -> None:
    assert evaluated(POLICY, {**GOOD, "employed": False, name: value}).trace["tables"]["knock_outs"] == "nmn"


def test_a_moment_is_not_a_day() -> None:
    moment = datetime(2026, 7, 1)  # noqa: DTZ001
    assert evaluated(POLICY, {**GOOD, "customer_since": moment}).trace["tables"]["knock_outs"] == "nnm"


def test_the_rate_comes_with_an_amount_only() -> None:
    assert evaluated(POLICY, GOOD).rate == Decimal("0.0900")
    assert evaluated(POLICY, {**GOOD, "score": 560}).rate == Decimal("0.1200")
    assert evaluated(POLICY, {**GOOD, "dti": Decimal("0.9")}).rate is None


@pytest.mark.parametrize(
    ("change", "queue"),
    [
        ({}, None),
        ({"dti": Decimal("0.9")}, None),
        ({"score": 560, "requested_amount": 900_000}, "desk"),
        ({"score": 560, "requested_amount": 900_001}, "senior"),
        ({"score": None, "requested_amount": 900_001}, "desk"),
    ],
)
def test_only_referred_applications_are_routed_and_always_somewhere(change: dict[str, Any], queue: str | None) -> None:
    assert evaluated(POLICY, {**GOOD, **change}, ("S1",)).queue == queue


def test_routing_can_tell_what_is_pending_from_what_is_referred() -> None:
    document = changed("routing/rows", [{"when": {"outcome": '"pend_info"'}, "queue": "documents"}])
    document["knock_outs"]["rows"][2]["outcome"] = "pend_info"
    answer = evaluated(policy(document), {**GOOD, "customer_since": date(2026, 6, 1), "dti": Decimal("0.1")})
    assert (answer.outcome, answer.queue) == ("pend_info", "documents")


def test_a_refusal_that_nobody_could_explain_goes_to_a_person() -> None:
    answer = evaluated(POLICY, {**GOOD, "score": 400}, ())
    assert (answer.outcome, answer.reasons) == ("refer", ("POLICY_UNRESOLVED",))


def test_a_decimal_with_fewer_places_than_its_fact_is_the_same_value() -> None:
    assert evaluated(POLICY, {**GOOD, "dti": Decimal("0.2")}) == evaluated(POLICY, GOOD)


def test_all_reasons_are_kept_in_the_trace() -> None:
    answer = evaluated(POLICY, {**GOOD, "dti": Decimal("0.9"), "score": 400}, ("S1", "S2", "DEBT_HIGH", "S3", "S4"))
    assert answer.reasons == ("DEBT_HIGH", "S1", "S2", "S3")
    assert answer.trace["reasons"] == ["DEBT_HIGH", "S1", "S2", "S3", "S4"]


def test_facts_that_the_policy_does_not_use_do_not_matter() -> None:
    assert evaluated(POLICY, {**GOOD, "age": 19, "hair": "red"}) == evaluated(POLICY, GOOD)


def test_a_moment_without_a_zone_is_refused_because_its_day_would_depend_on_the_machine() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        POLICY.evaluate(GOOD, (), AS_OF.replace(tzinfo=None))


def test_facts_may_come_in_any_kind_of_mapping() -> None:
    assert POLICY.answer(MappingProxyType(GOOD), (), AS_OF) == POLICY.answer(GOOD, (), AS_OF)
