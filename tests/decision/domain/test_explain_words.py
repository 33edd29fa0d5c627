"""FEEL in words: each kind of test and formula, in both languages, with the values it was looked at with."""

from typing import Any

import pytest

from services.decision.domain.policy.explain import Language, Section
from services.decision.domain.policy.explain.phrases import PHRASES, say
from tests.decision.domain.explaining import explained, policy_with, said, screens


def sentences(row: dict[str, Any], language: Language, **changes: Any) -> str:
    """Return what is said of one knock-out row that hits."""
    knock_out = {**row, "outcome": "refer", "reason": "TERM_LONG", "on_missing": "refer"}
    told = explained(language, policy=policy_with(knock_outs=screens(knock_out)), **changes)
    (words,) = said(told, Section.RULES)
    return words.split("TERM_LONG): " if language is Language.EN else "TERM_LONG）：", 1)[1][:-1]


@pytest.mark.parametrize(
    ("row", "english", "chinese"),
    [
        ({"when": {"dti": "> 0.15"}}, "Debt to income 0.2 is above 0.15", "“Debt to income”为 0.2，高于 0.15"),
        ({"when": {"months": ">= 36"}}, "Term 36 months is at least 36 months", "“Term”为 36 个月，不低于 36 个月"),
        (
            {"when": {"requested_amount": "[1000..20000]"}},
            "Amount 15,000.00 EUR is from 1,000.00 EUR to 20,000.00 EUR",
            "“Amount”为 15,000.00 EUR，在 1,000.00 EUR 至 20,000.00 EUR 之间（含两端）",
        ),
        (
            {"when": {"requested_amount": "(1000..20000)"}},
            "Amount 15,000.00 EUR is above 1,000.00 EUR and below 20,000.00 EUR",
            "“Amount”为 15,000.00 EUR，高于 1,000.00 EUR 且低于 20,000.00 EUR",
        ),
        (
            {"when": {"requested_amount": "not([16000..20000])"}},
            "Amount 15,000.00 EUR is outside 16,000.00 EUR to 20,000.00 EUR",
            "“Amount”为 15,000.00 EUR，不在 16,000.00 EUR 至 20,000.00 EUR 之间",
        ),
        ({"when": {"security": '"van", "house"'}}, "Security is “van”", "“Security”为“van”"),
        (
            {"when": {"security": 'not("none", "house")'}},
            "Security “van” is none of “none” or “house”",
            "“Security”为“van”，不是“none”或“house”",
        ),
        (
            {"when": {"security": 'not("none")'}},
            "Security “van” is other than “none”",
            "“Security”为“van”，不等于“none”",
        ),
        ({"when": {"employed": "true"}}, "In employment: yes", "“In employment”：是"),
        (
            {"when": {"customer_since": '< date("2021-01-01")'}},
            "Customer since 31 January 2020 is before 1 January 2021",
            "“Customer since”为 2020年1月31日，早于 2021年1月1日",
        ),
        (
            {"when": {"customer_since": '<= today() - duration("P1Y")'}},
            "Customer since 31 January 2020 is on or before today − 12 months (21 November 2025)",
            "“Customer since”为 2020年1月31日，不晚于当日 − 12 个月（2025年11月21日）",
        ),
        (
            {"when": {"requested_amount": "> 0.2 * income"}},
            "Amount 15,000.00 EUR is above 0.2 × Income a year (12,000.00 EUR)",
            "“Amount”为 15,000.00 EUR，高于 0.2 × 年收入（12,000.00 EUR）",
        ),
        (
            {"when": {"months": "< 12, > 24"}},
            "Term 36 months is below 12 months or above 24 months",
            "“Term”为 36 个月，低于 12 个月或高于 24 个月",
        ),
        (
            {"if": '(months > 24 or security = "none") and not(employed and dti > 0.5)'},
            "(Term 36 months is above 24 months or Security “van” is “none”) and it does not hold that "
            "(In employment: yes and Debt to income 0.2 is above 0.5)",
            "（“Term”为 36 个月，高于 24 个月或“Security”为“van”，等于“none”），且以下不成立："
            "（“In employment”：是，且“Debt to income”为 0.2，高于 0.5）",
        ),
        (
            {"if": "requested_amount / income > 0.2"},
            "Amount ÷ Income a year 0.25 is above 0.2",
            "“Amount” ÷ 年收入为 0.25，高于 0.2",
        ),
        ({"if": "months != null"}, "Term is known", "“Term”已知"),
        (
            {"if": "some part in [1, 2] satisfies months > 10 * part"},
            "the condition `some part in [1, 2] satisfies months > 10 * part` holds, with Term = 36 months",
            "条件 `some part in [1, 2] satisfies months > 10 * part` 成立，其中“Term” = 36 个月",
        ),
    ],
)
def test_a_test_is_said_with_its_value(row: dict[str, Any], english: str, chinese: str) -> None:
    assert sentences(row, Language.EN) == english
    assert sentences(row, Language.ZH) == chinese


def test_a_fact_that_is_asked_to_be_missing_is_said_to_be() -> None:
    assert sentences({"if": "own_cash = null"}, Language.EN, own_cash=None) == "Own cash is missing"


def test_a_long_list_is_cut() -> None:
    row = {"when": {"months": "not(1, 2, 3, 4, 5, 6, 7, 8)"}}
    assert sentences(row, Language.EN).endswith("5 months, 6 months or 2 more")


def test_a_sum_as_long_as_a_text_can_be_is_said() -> None:
    row = {"if": f"{' + '.join(['dti'] * 90)} > 1"}
    assert sentences(row, Language.EN).endswith("+ Debt to income 18 is above 1")


def test_a_condition_as_deep_as_a_text_can_be_is_said() -> None:
    row = {"if": f"{'not(' * 50}{'(1 + ' * 8}dti{')' * 8} > 1{')' * 50}"}
    assert "Debt to income" in sentences(row, Language.EN)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("dti - (dti - 1) - 2 * dti", "Debt to income − (Debt to income − 1) − 2 × Debt to income"),
        ("-dti * 2 + 10", "(−Debt to income) × 2 + 10"),
        ("(dti + 1) / (dti * 2) / 3", "(Debt to income + 1) ÷ (Debt to income × 2) ÷ 3"),
        ("max(dti, 1) ** 2", "max(Debt to income, 1) ^ 2"),
    ],
)
def test_a_formula_keeps_the_parentheses_that_it_needs(formula: str, words: str) -> None:
    assert sentences({"if": f"{formula} > -10"}, Language.EN).startswith(f"{words} ")


def test_what_is_written_by_an_author_is_never_read_as_a_template() -> None:
    row = {"if": 'some text in ["{place}", "{0}"] satisfies months > 1 or text = "{"'}
    assert "{place}" in sentences(row, Language.EN)


def test_every_phrase_has_the_same_parts_in_both_languages() -> None:
    for key, (english, chinese) in PHRASES.items():
        if key.startswith(("month.", "value.date")):
            continue
        assert _parts(english) == _parts(chinese), key


def _parts(template: str) -> set[str]:
    return {part.split("}", 1)[0] for part in template.split("{")[1:]}


def test_one_month_is_not_months() -> None:
    assert sentences({"when": {"months": "< 2"}}, Language.EN, months=1) == "Term 1 month is below 2 months"


def test_dates_are_written_as_people_of_each_language_write_them() -> None:
    parts = {"day": 3, "month": "May", "number": 5, "year": 2026}
    assert say(Language.EN, "value.date", **parts) == "3 May 2026"
    assert say(Language.ZH, "value.date", **parts) == "2026年5月3日"
