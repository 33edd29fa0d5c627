"""`assay policy check` on catalogue policies with one thing broken: the caret is under what is wrong."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.policies.commands import app
from tests.decision.domain.catalogue.books import CATALOGUE, NAMES

Broken = tuple[str, str, str, str, str]
"""A policy, a piece of its text and what takes its place; the words of the fault, and the text above the carets."""

BROKEN: list[Broken] = [
    (
        "consumer-loan",
        "checking_status: '\"<0 DM\"'\n        other_installment_plans:",
        "cheking_status: '\"<0 DM\"'\n        other_installment_plans:",
        "unknown fact `cheking_status` in table knock_outs, row 3, column 1; did you mean `checking_status`? "
        "[unknown_fact]",
        "cheking_status",
    ),
    (
        "consumer-loan",
        'other_debtors != "guarantor" and property',
        'other_debtors != "guarantor" and propperty',
        "unknown fact `propperty` in definition unsecured; did you mean `property`? [unknown_fact]",
        "propperty",
    ),
    (
        "consumer-loan",
        "{score: '[560..590)'}, grade: B",
        "{score: '[560..590'}, grade: B",
        "does not parse",
        "",
    ),
    (
        "consumer-loan",
        "'not([250..20000])'",
        "'not([250..20000], 20.005)'",
        "`20.005` has more decimals than `requested_amount` can have (2) in table eligibility, row 1, column 1 "
        "[too_precise]",
        "20.005",
    ),
    (
        "consumer-loan",
        "      on_missing: refer\n\n    # Overdrawn with",
        "      on_missing: never\n\n    # Overdrawn with",
        "`on_missing` must be one of refer, decline, ignore; did you mean `refer`? [not_a_choice]",
        "never",
    ),
    (
        "consumer-loan",
        "limit: requested_amount * share",
        "limit: requested_amount * share * requested_amount",
        "they cannot be multiplied in the limit of counter_offer [wrong_type]",
        "requested_amount * share * requested_amount",
    ),
    (
        "consumer-loan",
        "reason: CREDITS_TOO_MANY",
        "reason: CREDITS_TOO_MANNY",
        "unknown reason code `CREDITS_TOO_MANNY` in table knock_outs, row 7; did you mean `CREDITS_TOO_MANY`? "
        "[unknown_reason]",
        "CREDITS_TOO_MANNY",
    ),
    (
        "sme-loan",
        "value: ebitda / (annual_debt_service + new_debt_service)",
        "value: ebitda / (annual_debt_servise + new_debt_service)",
        "unknown fact `annual_debt_servise` in definition debt_service_coverage; did you mean `annual_debt_service`? "
        "[unknown_fact]",
        "annual_debt_servise",
    ),
    (
        "sme-loan",
        "{expert_points: '[65..80)'}, grade: B",
        "{expert_points: '[80..65)'}, grade: B",
        "`[80..65)` holds for no value that `expert_points` can have, in table grade, row 2, column 1 "
        "[impossible_cell]",
        "'[80..65)'",
    ),
    (
        "sme-loan",
        "legal_form: 'not(\"sole proprietorship\")'",
        "legal_form: 'not(\"sole propietorship\")'",
        '`legal_form` has no value "sole propietorship" in table conditions, row 1, column 1; '
        'did you mean "sole proprietorship"? [unknown_value]',
        '"sole propietorship"',
    ),
    (
        "sme-loan",
        "default: {queue: sme-underwriting}",
        "defualt: {queue: sme-underwriting}",
        "unknown key `defualt`; did you mean `default`? [unknown_key]",
        "defualt",
    ),
    (
        "sme-loan",
        "outcome: approve, rate: '0.0925'}",
        "outcome: approve, rate: 0.0925}",
        "is a binary floating-point number; write it in quotes [binary_float]",
        "0.0925",
    ),
    (
        "trade-credit",
        "equity / total_assets",
        "equity / total_assets * equity_ratio",
        "definitions go in a circle: equity_ratio -> equity_ratio [circle]",
        "equity_ratio",
    ),
    (
        "trade-credit",
        "{bureau_index: '< 250'}",
        "{bureau_index: '< \"250\"'}",
        '`bureau_index` is an integer and `"250"` is text: they cannot be compared in table '
        "definitions.bureau_class, row 3, column 1 [wrong_type]",
        '"250"',
    ),
    (
        "trade-credit",
        "version: 1\n",
        "version: 1.0\n",
        "is a binary floating-point number; write it in quotes [binary_float]",
        "1.0",
    ),
]


def checked(tmp_path: Path, name: str, old: str, new: str) -> tuple[int, str]:
    """Return exit code and output of `assay policy check` for a catalogue policy in which `new` stands for `old`."""
    text = (CATALOGUE / f"policies/{name}.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(path)])
    return result.exit_code, result.output


@pytest.mark.parametrize(("name", "old", "new", "words", "marked"), BROKEN)
def test_the_caret_is_under_what_is_wrong(
    tmp_path: Path, name: str, old: str, new: str, words: str, marked: str
) -> None:
    code, output = checked(tmp_path, name, old, new)
    assert code == 1
    shown = [block.splitlines() for block in output.split("\n\n")]
    heads = [block[0] for block in shown if words in block[0]]
    assert len(heads) == 1, output
    place, line, carets = next(block[:3] for block in shown if block[0] == heads[0])
    number, column = map(int, re.findall(r":(\d+):(\d+): ", place)[0])
    source = (tmp_path / "broken.yaml").read_text(encoding="utf-8").splitlines()[number - 1]
    assert line == f"  {number} | {source}"
    start, end = carets.index("^"), carets.rindex("^") + 1
    assert start == len(f"  {number} | ") + column - 1
    if marked:
        assert line[start:end] == marked


@pytest.mark.parametrize("name", NAMES)
def test_the_policies_of_the_catalogue_are_sound(name: str) -> None:
    result = CliRunner().invoke(app, ["check", str(CATALOGUE / f"policies/{name}.yaml")])
    assert (result.exit_code, "sound" in result.output) == (0, True)
