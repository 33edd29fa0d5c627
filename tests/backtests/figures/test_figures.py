"""What a committee reads in a backtest, from a handful of applications that can be counted by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.backtests.figures import Inconsistent, Report, figures
from services.backtests.figures.ratios import Ratio
from services.backtests.figures.report import Disagreement
from tests.backtests.figures.runs import AS_OF, CANDIDATE, LIVE, Applicant, comparison, report, score, side, tables

REFERRED = Applicant({"score": 560, "requested_amount": 600_000, "income": 2_000_000})
"""Too much for grade B, which live refers; the candidate calls it grade A."""


def codes(found: Report) -> set[str]:
    return {warned.code for warned in found.warnings}


def test_every_application_stands_in_one_cell_of_the_outcome_matrix() -> None:
    found = report([score(640), score(640), score(560), REFERRED, score(400)])
    cells = {(cell.live, cell.candidate): cell for cell in found.matrix}
    assert len(cells) == 25
    assert sum(cell.count for cell in cells.values()) == found.data.rows == 5
    assert cells["approve", "approve"].count == 2
    assert cells["counter_offer", "approve"].count == 1
    assert cells["refer", "approve"].count == 1
    assert cells["decline", "decline"].count == 1
    assert cells["counter_offer", "approve"].live_limit_minor == 160_000
    assert cells["counter_offer", "approve"].candidate_limit_minor == 200_000


def test_counter_offers_count_as_granted_and_referrals_do_not() -> None:
    found = report([score(640), score(560), REFERRED, score(400)])
    assert found.overall.live.approval_rate == Ratio(2, 4)
    assert found.overall.candidate.approval_rate == Ratio(3, 4)
    assert found.overall.approval_change == "+25.00"
    assert found.overall.live.referral_rate == Ratio(1, 4)


def test_limits_are_summed_and_averaged_in_minor_units() -> None:
    found = report([score(640), score(560), REFERRED])
    assert found.overall.live.limit_minor == 200_000 + 160_000
    assert found.overall.live.average_limit_minor == 180_000
    assert found.overall.candidate.limit_minor == 200_000 + 200_000 + 600_000
    assert found.overall.candidate.average_limit_minor == 333_333


def test_swap_sets_are_those_that_only_one_policy_grants() -> None:
    found = report([score(640), REFERRED, REFERRED, score(400)])
    assert found.swap_in.population.count == 2
    assert found.swap_in.population.requested_minor == 1_200_000
    assert found.swap_in.population.candidate_limit_minor == 1_200_000
    assert found.swap_out.population.count == 0
    back = figures(tables([REFERRED], CANDIDATE, LIVE), comparison(CANDIDATE, LIVE))
    assert back.swap_out.population.count == 1
    assert back.swap_in.population.count == 0


def test_swapped_in_applications_without_performance_are_said_to_have_none() -> None:
    found = report([Applicant(score(640).facts, bad=False), Applicant(score(640).facts, bad=True), REFERRED])
    assert any(
        text.startswith("Of 1 swapped-in application, 1 has no known performance: they were not booked")
        for text in found.swap_in.statements
    )
    assert found.swap_in.population.observed_bad is None
    assert "swap_in_unknown" in codes(found)


def test_performance_of_swapped_in_loans_is_said_to_be_of_another_policy() -> None:
    known = Applicant(REFERRED.facts, bad=True)
    found = report([known, known, Applicant(score(640).facts, bad=False)])
    assert found.swap_in.population.observed_bad == Ratio(2, 2)
    assert any("booked under another policy" in text for text in found.swap_in.statements)
    assert {"performance_of_another_policy", "small_sample"} <= codes(found)


def test_bad_rates_count_only_known_performance_and_come_with_an_interval() -> None:
    found = report([Applicant(score(640).facts, bad=bad) for bad in (True, False, False, False, None)])
    granted = found.overall.candidate.granted
    assert granted.observed_bad == Ratio(1, 4)
    assert granted.without_performance == 1
    assert granted.observed_bad_interval is not None
    assert granted.observed_bad_interval.low == "0.0455"


def test_the_expected_bad_rate_is_the_mean_probability_of_default_of_those_that_have_one() -> None:
    found = report([Applicant({"pd": Decimal(pd)} if pd else {"pd": None}) for pd in ("0.010000", "0.020000", None)])
    granted = found.overall.live.granted
    assert granted.expected_bad == Ratio(30_000, 2_000_000)
    assert granted.expected_bad.value == "0.0150"
    assert granted.with_pd == 2


def test_one_class_of_performance_is_warned_of() -> None:
    found = report([Applicant(score(640).facts, bad=True), Applicant(score(400).facts, bad=True)])
    assert "single_class" in codes(found)
    assert "no_performance" in codes(report([score(640)]))


def test_reasons_are_counted_by_outcome_under_both_policies() -> None:
    found = report([score(400), score(400), REFERRED])
    lines = {(line.outcome, line.code): (line.live, line.candidate) for line in found.reasons}
    assert lines["decline", "HISTORY_SHORT"] == (2, 2)
    assert lines["refer", "HISTORY_SHORT"] == (1, 0)
    assert next(line for line in found.reasons).wording == "HISTORY_SHORT."


def test_referrals_are_counted_by_queue() -> None:
    large = Applicant(REFERRED.facts | {"requested_amount": 1_000_000})
    found = report([REFERRED, REFERRED, large])
    assert [(queue.queue, queue.live, queue.candidate) for queue in found.queues] == [("desk", 2, 0), ("senior", 1, 0)]


def test_grades_show_where_applications_move() -> None:
    found = report([score(640), score(560), score(560), score(400)])
    assert {(move.live, move.candidate): move.count for move in found.grades} == {
        ("A", "A"): 1,
        ("B", "A"): 2,
        ("C", "C"): 1,
    }


def test_terms_changes_are_of_those_that_both_grant() -> None:
    capped = Applicant({"score": 640, "income": 300_000})
    found = report([score(640), capped, score(560), REFERRED])
    terms = found.terms
    assert (terms.limit_same.count, terms.limit_down.count, terms.limit_up.count) == (1, 1, 1)
    assert (terms.limit_down.live_limit_minor, terms.limit_down.candidate_limit_minor) == (150_000, 120_000)
    assert (terms.rate_same.count, terms.rate_down.count, terms.rate_up.count) == (2, 1, 0)
    assert terms.average_rate_live == Ratio(1, 10)


def test_rates_of_different_scales_are_compared_by_value() -> None:
    db = tables([score(640)])
    db.execute("UPDATE candidate SET rate = rate * 100")
    finer = side(CANDIDATE)
    found = figures(
        db, comparison(candidate=type(finer)(CANDIDATE, "duckdb", "", finer.reason_columns, 6, finer.reasons))
    )
    assert found.terms.rate_same.count == 1


def test_each_segment_has_the_figures_of_the_whole() -> None:
    found = report(
        [
            score(640, segments={"region": "north"}),
            Applicant(REFERRED.facts, segments={"region": "north"}),
            score(400, segments={"region": "south"}),
            score(640, segments={"region": None}),
        ]
    )
    (segment,) = found.segments
    by_value = {each.value: each.slice for each in segment.values}
    assert list(by_value) == ["north", "south", None]
    assert by_value["north"].live.approval_rate == Ratio(1, 2)
    assert by_value["north"].swap_in.count == 1
    assert by_value["south"].candidate.approval_rate == Ratio(0, 1)
    assert segment.others is None


def test_values_beyond_the_largest_fifty_are_one_group_and_none_is_lost() -> None:
    many = [score(640, segments={"zip": f"{number:05}"}) for number in range(60)]
    found = report([*many, score(640, segments={"zip": "00007"}), score(400, segments={"zip": None})])
    (segment,) = found.segments
    assert next(each.slice.rows for each in segment.values if each.value == "00007") == 2
    assert segment.others is not None
    assert segment.others.rows == 10
    assert sum(each.slice.rows for each in segment.values) + segment.others.rows == 62


def test_bands_and_years_stand_in_their_order_and_names_by_size() -> None:
    bands = ["< 500", "500 to < 1000", ">= 1000", ">= 1000", None]
    found = report(
        [score(640, segments={"amount": band, "region": region}) for band, region in zip(bands, "abbaa", strict=True)]
    )
    amount, region = found.segments
    assert [each.value for each in amount.values] == ["< 500", "500 to < 1000", ">= 1000", None]
    assert [each.value for each in region.values] == ["a", "b"]


def test_a_segment_may_be_called_anything() -> None:
    found = report([score(640, segments={'a"; DROP TABLE live; --': "<b>"})])
    assert found.segments[0].name == 'a"; DROP TABLE live; --'
    assert found.segments[0].values[0].value == "<b>"


def test_adverse_impact_is_told_against_the_group_with_the_highest_rate() -> None:
    men = [score(640, protected={"sex": "male"})] * 48 + [score(400, protected={"sex": "male"})] * 32
    women = [score(640, protected={"sex": "female"})] * 12 + [score(400, protected={"sex": "female"})] * 28
    (impact,) = report([*men, *women]).adverse_impact
    assert impact.candidate_reference == "male"
    group = next(each for each in impact.groups if each.value == "female")
    # The example of 29 CFR 1607.4(D) by its questions and answers: 60 % and 30 % make an impact ratio of 50 %.
    assert group.candidate.impact_ratio is not None
    assert group.candidate.impact_ratio.value == "0.5000"
    assert group.candidate.below_four_fifths
    assert group.candidate.significance is not None
    assert group.candidate.significance.statistic == "-3.10"
    assert "adverse_impact" in codes(report([*men, *women]))


def test_exactly_four_fifths_is_not_below_them() -> None:
    one = [score(640, protected={"sex": "m"})] * 50
    other = [score(640, protected={"sex": "f"})] * 40 + [score(400, protected={"sex": "f"})] * 10
    (impact,) = report([*one, *other]).adverse_impact
    assert not any(group.candidate.below_four_fifths for group in impact.groups)


def test_a_small_group_is_marked_and_is_no_reference() -> None:
    large = [score(640, protected={"origin": "a"})] * 30 + [score(400, protected={"origin": "a"})] * 30
    few = [score(640, protected={"origin": "b"})] * 3
    unstated = [score(640, protected={"origin": None})] * 40
    (impact,) = report([*large, *few, *unstated]).adverse_impact
    assert impact.live_reference == "a"
    by_value = {group.value: group for group in impact.groups}
    assert by_value["b"].small_sample
    assert by_value["b"].live.significance is not None
    assert by_value["b"].live.significance.test == "fisher_exact"
    assert by_value[None].live.impact_ratio is None


def test_nobody_granted_credit_leaves_no_impact_ratio() -> None:
    (impact,) = report([score(400, protected={"sex": "m"}), score(400, protected={"sex": "f"})]).adverse_impact
    assert impact.live_reference is None
    assert all(group.live.impact_ratio is None for group in impact.groups)


def test_recorded_outcomes_are_compared_with_the_live_policy_run_again() -> None:
    found = report(
        [score(640, decided="approve"), score(640, decided="decline"), score(400, decided="decline"), score(640)]
    )
    assert found.agreement is not None
    assert found.agreement.agreed == Ratio(2, 3)
    assert found.agreement.differences == (Disagreement("decline", "approve", 1),)
    assert "recorded_otherwise" in codes(found)
    assert report([score(640)]).agreement is None


def test_examples_say_for_both_policies_why_and_show_every_rule() -> None:
    (example,) = report([REFERRED, score(640)]).swap_in.examples
    assert example.live.outcome == "refer"
    assert example.live.reasons[0].code == "HISTORY_SHORT"
    assert example.candidate.outcome == "approve"
    assert example.candidate.approved_minor == 600_000
    assert any("grade" in text.lower() for text in example.candidate.account)
    assert {table["table"] for table in example.live.trace} >= {"eligibility", "knock_outs", "grade", "matrix", "terms"}
    assert ("requested_amount", "6,000.00 USD") in [(fact.name, fact.value) for fact in example.facts]


def test_examples_show_no_protected_fact() -> None:
    (example,) = report([Applicant(REFERRED.facts | {"age": 44})]).swap_in.examples
    assert "age" not in {fact.name for fact in example.facts}


def test_the_same_seed_chooses_the_same_examples_whatever_the_order_of_the_rows() -> None:
    applicants = [Applicant(REFERRED.facts, reference=f"loan-{number}") for number in range(40)]
    chosen = [
        [each.reference for each in report(rows, seed=seed, examples=3).swap_in.examples]
        for rows, seed in ((applicants, "1"), (applicants[::-1], "1"), (applicants, "2"))
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    assert len(chosen[0]) == 3


def test_an_application_without_a_score_is_referred_and_said_to_be() -> None:
    found = report([Applicant({"score": None}), score(640)])
    assert "no_score" in codes(found)
    assert found.overall.live.outcomes["refer"] == 1


def test_an_answer_that_the_online_engine_would_not_give_makes_no_report() -> None:
    db = tables([REFERRED])
    db.execute("UPDATE candidate SET approved_minor = approved_minor + 1")
    with pytest.raises(Inconsistent, match="row 2"):
        figures(db, comparison())


def test_tables_in_another_order_give_the_same_report() -> None:
    applicants = [score(640), REFERRED, score(400), score(560)]
    db = tables(applicants)
    db.execute("CREATE OR REPLACE TABLE candidate AS FROM candidate ORDER BY row_id DESC")
    assert figures(db, comparison()) == report(applicants)


def test_a_policy_that_left_applications_out_makes_no_report() -> None:
    db = tables([score(640), REFERRED])
    db.execute("DELETE FROM candidate WHERE row_id = 3")
    with pytest.raises(Inconsistent, match="exactly once"):
        figures(db, comparison())


def test_rows_set_aside_are_counted_with_their_reasons() -> None:
    db = tables([score(640)])
    db.execute("CREATE TABLE rejected (row_no BIGINT, column_name VARCHAR, reason VARCHAR)")
    db.execute("INSERT INTO rejected VALUES (3, 'income', 'is not a number'), (4, 'income', 'is not a number')")
    db.execute("INSERT INTO rejected VALUES (4, 'dti', 'is missing')")
    found = figures(db, comparison())
    assert found.data.rejected == 2
    assert found.data.rejected_reasons[0].rows == 2
    assert "rows_set_aside" in codes(found)


def test_a_policy_run_row_by_row_is_said_to_be_with_the_reason() -> None:
    found = report([score(640)], candidate=side(CANDIDATE, "rows", "`for` in definitions.x cannot be SQL."))
    assert any("cannot be SQL" in warned.text for warned in found.warnings if warned.code == "not_compiled")


def test_the_period_runs_from_the_first_to_the_last_decision() -> None:
    found = report([score(640), Applicant(score(640).facts, as_of=AS_OF + timedelta(days=3, microseconds=1))])
    assert (found.data.first, found.data.last) == (AS_OF, AS_OF + timedelta(days=3, microseconds=1))


def test_no_applications_make_an_empty_report_that_says_so() -> None:
    found = report([])
    assert found.data.rows == 0
    assert found.overall.live.approval_rate is None
    assert "no_rows" in codes(found)


def test_a_policy_against_itself_changes_nothing_and_is_said_to() -> None:
    found = figures(tables([score(640), REFERRED], LIVE, LIVE), comparison(LIVE, LIVE))
    assert found.overall.approval_change == "0.00"
    assert found.swap_in.population.count == found.swap_out.population.count == 0
    assert "same_policy" in codes(found)
