"""What a credit officer is told of a decision, and what the consumer is told of it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.decision import decide
from services.decision.domain.policy.explain import Audience, Language, Section, explain, explain_without_rules
from services.decision.domain.policy.what_if import what_would_change
from services.decision.domain.reasons import SCORE_UNAVAILABLE
from shared.facts import SoundFacts
from tests.decision.domain.catalogue.books import AS_OF as CATALOGUE_AS_OF
from tests.decision.domain.catalogue.books import NAMES, book
from tests.decision.domain.explaining import (
    AS_OF,
    DOCUMENT,
    GOOD,
    POLICY,
    PRODUCT,
    REASONS,
    explained,
    facts_with,
    policy_with,
    said,
)

CONSUMER = Audience.CONSUMER


def test_an_approval_tells_amount_and_price() -> None:
    assert said(explained(), Section.OUTCOME) == ["Approved: 15,000.00 EUR at 8 % a year."]
    assert said(explained(Language.ZH), Section.OUTCOME) == ["批准：15,000.00 EUR，年利率 8 %。"]


def test_a_counter_offer_tells_what_was_asked_for() -> None:
    told = explained(requested_amount=3_500_000, income=9_000_000)
    assert said(told, Section.OUTCOME) == [
        "Counter-offer: 28,000.00 EUR at 8 % a year, instead of the 35,000.00 EUR asked for."
    ]


def test_each_rule_that_hit_is_told_with_what_it_looked_at() -> None:
    told = explained(dti=Decimal("0.52"), employed=False, own_cash=100_000)
    assert said(told, Section.RULES) == [
        "Knock-out rule 1 asks for a decline (DEBT_HIGH): Debt to income 0.52 is above 0.45.",
        "Knock-out rule 4 asks for a decline (CASH_LOW): In employment: no and Own cash 1,000.00 EUR is below "
        "0.1 × Amount (1,500.00 EUR).",
    ]
    assert [(item.table, item.row, item.code) for item in told.items if item.section is Section.RULES] == [
        ("knock_outs", 1, "DEBT_HIGH"),
        ("knock_outs", 4, "CASH_LOW"),
    ]


def test_every_reason_has_its_consumer_wording() -> None:
    assert said(explained(dti=Decimal("0.52")), Section.REASONS) == [
        "DEBT_HIGH: Your debts are high for what you earn."
    ]
    told = explained(Language.ZH, CONSUMER, dti=Decimal("0.52"))
    assert said(told, Section.REASONS) == ["相对于收入，您的负债过高。"]


def test_the_facts_that_are_missing_are_named_behind_definitions() -> None:
    assert said(explained(income=None), Section.MISSING) == [
        "Knock-out rule 3 (INCOME_LOW) cannot be told, because Income a year is missing; this asks for a referral."
    ]


def test_a_grade_that_cannot_be_told_says_why() -> None:
    assert said(explained(score=None), Section.GRADE) == ["The grade cannot be told, because Score is missing."]
    assert said(explained(score=None), Section.MATRIX) == [
        "No row of the matrix can be told to apply, because grade is missing."
    ]


def test_a_default_row_is_told_as_what_it_is() -> None:
    assert said(explained(score=400), Section.GRADE) == ["Grade C: none of the other rows holds."]


def test_limit_and_price_are_computed_before_the_readers_eyes() -> None:
    told = explained(requested_amount=3_510_000, income=9_000_000)
    assert said(told, Section.TERMS)[0] == (
        "Limit: Amount × share = 28,080.00 EUR, with Amount = 35,100.00 EUR and share = 80 %, "
        "rounded down to full 500.00 EUR: 28,000.00 EUR."
    )
    assert said(explained(security="none"), Section.TERMS)[1] == (
        "Price a year: price a year + (0.01 if Security is “none”, otherwise 0) = 9 %, "
        "with Security = “none” and price a year = 8 %."
    )


def test_an_approval_of_less_tells_that_it_became_an_offer() -> None:
    terms: dict[str, Any] = {
        **DOCUMENT["terms"],
        "approve": {"limit": "min(requested_amount, 0.2 * income)", "less_reason": "INCOME_LOW"},
    }
    told = explained(policy=policy_with(terms=terms))
    assert said(told, Section.OUTCOME)[0].startswith("Counter-offer: 12,000.00 EUR")
    assert said(told, Section.TERMS)[1] == (
        "The limit is below the 15,000.00 EUR asked for, so the approval becomes a counter-offer (INCOME_LOW)."
    )


def test_a_limit_that_cannot_be_granted_is_told() -> None:
    terms: dict[str, Any] = {**DOCUMENT["terms"], "approve": {"limit": "requested_amount - own_cash"}}
    policy = policy_with(terms=terms)
    assert said(explained(policy=policy, own_cash=None), Section.TERMS) == [
        "The limit cannot be told, because Own cash is missing; nothing is granted."
    ]
    assert said(explained(policy=policy, own_cash=1_500_000), Section.TERMS) == [
        "The limit is Amount − Own cash = 0.00 EUR, with Amount = 15,000.00 EUR and Own cash = 15,000.00 EUR, "
        "which the policy does not grant; a person decides."
    ]


def test_definitions_are_told_with_what_they_came_from() -> None:
    assert said(explained(security="house"), Section.FIGURES) == [
        "Amount over income 0.25: Amount ÷ Income a year, with Amount = 15,000.00 EUR and Income a year = "
        "60,000.00 EUR.",
        "Extra points 25: the sum of 20 because Security is “house” and 5 because In employment: yes.",
    ]


def test_conditions_and_queue_are_told_with_their_rows() -> None:
    assert said(explained(), Section.CONDITIONS) == [
        "VAN_INSURED: The van is insured against theft. Required because Security is “van”."
    ]
    large = explained(requested_amount=3_500_000, income=9_000_000, months=60, security="none")
    assert said(large, Section.ROUTING) == ["Queue large-loans: Amount 35,000.00 EUR is above 30,000.00 EUR."]


def test_the_nearest_misses_are_one_condition_short() -> None:
    near = said(explained(dti=Decimal("0.43"), months=50), Section.NEAR_MISSES)
    assert near == [
        "One condition short of knock-out rule 1 (a decline, DEBT_HIGH): Debt to income 0.43 would have to be above "
        "0.45.",
        "One condition short of knock-out rule 2 (a referral, TERM_LONG): Security “van” would have to be “none”.",
    ]


def test_a_row_that_failed_by_much_is_no_near_miss() -> None:
    assert said(explained(dti=Decimal("0.20")), Section.NEAR_MISSES) == []


def test_a_refused_applicant_sees_which_row_of_the_matrix_was_near() -> None:
    near = said(explained(requested_amount=2_100_000), Section.NEAR_MISSES)
    assert (
        "One condition short of row 2 of the matrix (approval, at 8 % a year): Amount 21,000.00 EUR would have to be "
        "at most 20,000.00 EUR." in near
    )


def test_the_text_has_the_outcome_first_and_a_heading_for_each_section() -> None:
    text = explained(dti=Decimal("0.52")).text
    assert text.startswith("Declined.\n\nReasons\n- DEBT_HIGH: ")
    assert "\n\nWhat would change it\n- " in text
    assert "\n\n怎样会改变结果\n- " in explained(Language.ZH, dti=Decimal("0.52")).text


def test_the_consumer_hears_what_would_help() -> None:
    told = explained(audience=CONSUMER, months=60, security="none")
    assert said(told, Section.WHAT_WOULD_CHANGE) == [
        "If Term were 48 months instead of 60 months, and everything else stayed the same, the answer would be "
        "approval: 15,000.00 EUR at 9 % a year.",
        "The score may change with these facts; this assumes that it stays the same.",
    ]
    hopeless = explained(audience=CONSUMER, dti=Decimal("0.52"))
    assert said(hopeless, Section.WHAT_WOULD_CHANGE) == [
        "We found nothing that you could change in the application by itself that would change the answer."
    ]


def test_an_explanation_in_chinese_calls_things_by_their_chinese_labels() -> None:
    told = explained(Language.ZH, income=None)
    assert said(told, Section.MISSING) == [
        "否决规则第 3 行（INCOME_LOW）无法判断，因为缺少年收入；按规定转人工。",
    ]
    assert said(told, Section.FIGURES)[0] == "无法得出贷款收入比，因为缺少年收入。"
    assert "年收入" not in explained(income=None).text


def test_an_english_label_is_quoted_in_chinese_and_so_is_one_with_a_pause_of_its_own() -> None:
    told = explained(Language.ZH, employed=False, own_cash=100_000)
    assert said(told, Section.RULES) == [
        "否决规则第 4 行要求拒绝（CASH_LOW）：“In employment”：否，且“自有资金、存款”为 1,000.00 EUR，"
        "低于 0.1 × “Amount”（1,500.00 EUR）。"
    ]


def test_the_consumer_reads_terms_and_advice_in_the_words_of_the_language() -> None:
    assert said(explained(Language.ZH, CONSUMER), Section.TERMS) == ["首次还款日：2027年1月15日"]
    assert said(explained(audience=CONSUMER), Section.TERMS) == ["First payment: 15 January 2027"]
    told = explained(Language.ZH, CONSUMER, employed=False, own_cash=1, dti=None)
    assert said(told, Section.WHAT_WOULD_CHANGE)[0] == (
        "在其他情况不变时，如果“自有资金、存款”由 0.01 EUR 改为 1,500.00 EUR，结果将是：由信贷专员人工审批。"
    )
    unasked = explained(Language.ZH, CONSUMER, employed=False, own_cash=None)
    assert said(unasked, Section.MISSING) == ["自有资金、存款"]


def test_the_consumer_is_asked_only_for_what_is_the_applicants_to_tell() -> None:
    told = explained(audience=CONSUMER, security=None, months=60, income=None)
    assert said(told, Section.MISSING) == ["Security"]


@given(
    score=st.one_of(st.none(), st.integers(300, 700)),
    months=st.integers(1, 120),
    security=st.sampled_from(["none", "van", "house", None]),
    dti=st.sampled_from([None, Decimal("0.2000"), Decimal("0.6000")]),
    partner_debt=st.integers(0, 100),
    language=st.sampled_from(Language),
)
@settings(deadline=None)
def test_the_consumer_never_hears_of_anything_but_the_applicants_own_choices(language: Language, **facts: Any) -> None:
    told = explained(language, CONSUMER, **facts)
    unreachable = [fact for fact in PRODUCT.dictionary.facts.values() if fact.mutable is None]
    hidden = [label for fact in unreachable for label in (fact.label, fact.label_zh) if label]
    hidden += ["grade", "Grade", "等级", "queue", "desk", "Extra points", "Amount over income", "贷款收入比"]
    hidden += ["0.45", "points"]
    assert [word for word in hidden if word in told.text] == []
    assert {item.table for item in told.items} == {None}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", NAMES)
def test_every_golden_case_of_the_catalogue_is_explained(name: str, audience: Audience, language: Language) -> None:
    shelf = book(name)
    kept = [fact for fact in shelf.product.dictionary.facts.values() if fact.protected]
    protected = [label for fact in kept for label in (fact.label, fact.label_zh)]
    for case in shelf.document["cases"]:
        facts, reasons = shelf.facts(case["facts"]), case.get("score_reasons", ())
        evaluation = shelf.policy.evaluate(facts, reasons, CATALOGUE_AS_OF)
        advice = what_would_change(shelf.policy, facts, reasons, CATALOGUE_AS_OF)
        told = explain(shelf.policy, shelf.reasons, facts, evaluation, CATALOGUE_AS_OF, language, audience, advice)
        assert told.text
        assert [label for label in protected if label in told.text.split("\n")] == []
        worded = {item.code for item in told.items if item.section is Section.REASONS}
        assert worded == set(evaluation.reasons)


def test_a_decision_that_no_policy_made_says_that_a_person_decides() -> None:
    evaluation = decide(None, None, SoundFacts({}, PRODUCT.dictionary), None, AS_OF)
    told = explain_without_rules(evaluation, "van-loan", REASONS, Language.EN, CONSUMER)
    assert told.text == (
        "A credit officer will look at your application and decide.\n\nThe principal reasons\n- (POLICY_UNAVAILABLE)"
    )


def test_without_a_score_the_reason_is_the_missing_score_whatever_the_rules_found() -> None:
    facts = SoundFacts(facts_with({"dti": Decimal("0.52")}), PRODUCT.dictionary)
    evaluation = decide(PRODUCT, POLICY, facts, None, AS_OF)
    known = {name: value for name, value in GOOD.items() if name not in ("score", "pd")} | {"dti": Decimal("0.52")}
    told = explain(POLICY, REASONS, known, evaluation, AS_OF, Language.EN, Audience.OFFICER, None)
    assert said(told, Section.OUTCOME) == ["Referred: a person decides."]
    assert [item.code for item in told.items if item.section is Section.REASONS] == [SCORE_UNAVAILABLE]
    assert said(told, Section.RULES)[0].startswith("Knock-out rule 1 asks for a decline")
