"""What holds for every product of the catalogue."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.reasons import LANGUAGES, PLATFORM_REASONS
from tests.decision.domain.catalogue.books import NAMES, Book, book, read

GENERIC = re.compile(r"\bscore|\bpoints|internal|polic(y|ies)|standards|评分|分数|内部", re.IGNORECASE)
"""What tells an applicant nothing: 12 CFR 1002.9(b)(2) calls such reasons insufficient."""


@pytest.fixture(params=NAMES)
def each(request: pytest.FixtureRequest) -> Book:
    """A product of the catalogue."""
    return book(request.param)


def codes_given(document: dict[str, Any]) -> Iterator[str]:
    """Yield every code that a policy can give, reasons and conditions alike."""
    for table in ("eligibility", "knock_outs", "matrix", "conditions"):
        for row in document.get(table, {"rows": []})["rows"]:
            yield from (row[key] for key in ("reason", "condition") if key in row)
    yield from (term["less_reason"] for term in document["terms"].values() if "less_reason" in term)


def test_the_golden_cases_show_every_outcome_that_the_policy_can_give(each: Book) -> None:
    tables = ("eligibility", "knock_outs", "matrix")
    possible = {row["outcome"] for table in tables for row in each.document[table]["rows"]}
    shown = {case["expect"]["outcome"] for case in each.document["cases"]}
    assert shown - {"counter_offer"} == possible - {"counter_offer"}
    assert "counter_offer" in shown


def test_the_golden_cases_have_names_of_their_own(each: Book) -> None:
    names = [case["name"] for case in each.document["cases"]]
    assert len(set(names)) == len(names) >= 8


def test_every_wording_is_specific_and_in_every_language(each: Book) -> None:
    for code in each.reasons.codes(each.product.name):
        reason = each.reasons.find(code, each.product.name)
        assert reason is not None
        for language in LANGUAGES:
            assert GENERIC.search(reason.wording[language]) is None, code
        assert re.search(r"[一-鿿]", reason.wording["zh"]), code
        assert reason.wording["en"].endswith("."), code


def test_no_code_is_worded_that_nothing_gives(each: Book) -> None:
    given = {*codes_given(each.document), *PLATFORM_REASONS}
    if each.product.name == "consumer-loan":
        # Another build of the scorecard may keep what the present one leaves out.
        characteristics = read("scorecards/consumer-loan.build.yaml")["characteristics"]
        given |= {characteristic["reason_code"] for characteristic in characteristics.values()}
    assert set(each.reasons.codes(each.product.name)) <= given


def test_a_golden_case_comes_out_as_written_and_an_adverse_answer_has_reasons(each: Book) -> None:
    for case in each.document["cases"]:
        as_written = each.answer(case["facts"], case.get("score_reasons", ()))
        assert as_written.outcome == case["expect"]["outcome"], case["name"]
        assert (as_written.outcome == "approve") == (as_written.reasons == ()), case["name"]
        assert (as_written.approved_minor is not None) == as_written.outcome.grants_credit, case["name"]


def test_a_fact_that_is_missing_never_brings_more_credit(each: Book) -> None:
    for case in each.document["cases"]:
        reasons = case.get("score_reasons", ())
        granted = each.answer(case["facts"], reasons).approved_minor or 0
        for name in case["facts"]:
            without = each.answer({**case["facts"], name: None}, reasons)
            assert (without.approved_minor or 0) <= granted, (case["name"], name)


def test_a_policy_says_something_of_every_fact_that_its_cases_state(each: Book) -> None:
    text = repr({key: value for key, value in each.document.items() if key != "cases"})
    unread = {name for name in each.typical if re.search(rf"\b{name}\b", text) is None}
    assert unread <= {"employees", "bureau_limit", "segment"}


def test_no_rule_may_look_at_a_protected_fact(each: Book) -> None:
    protected = [fact.name for fact in each.product.dictionary.facts.values() if fact.protected]
    assert protected
    for name in protected:
        rows = [{"when": {name: "-"}, "outcome": "refer", "reason": "POLICY_UNRESOLVED", "on_missing": "refer"}]
        document = {**each.document, "knock_outs": {"hit_policy": "COLLECT", "rows": rows}}
        with pytest.raises(PolicyError, match=f"protected fact `{name}` may not be used in table knock_outs, row 1"):
            load_policy(document, each.product, each.reasons)
