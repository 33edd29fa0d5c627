"""What a reader has to know before any figure: where the data, the performance, the engines or fairness limit it."""

from collections.abc import Sequence

from services.backtests.figures.ratios import SMALL_SAMPLE
from services.backtests.figures.report import AdverseImpact, Agreement, Data, ReasonLine, Slice, Version, Warned
from services.backtests.figures.wording import counted, percent
from services.decision.domain.reasons import SCORE_UNAVAILABLE


def warnings(
    versions: tuple[Version, Version],
    data: Data,
    overall: Slice,
    reasons: Sequence[ReasonLine],
    impacts: Sequence[AdverseImpact],
    agreement: Agreement | None,
    notes: Sequence[str],
) -> tuple[Warned, ...]:
    """Return what a reader has to know before any figure, the most serious first."""
    found = [
        *_data_warnings(data, overall),
        *_performance_warnings(data, overall),
        *_policy_warnings(versions, reasons, agreement),
        *_fairness_warnings(impacts),
        *(Warned("data", note, serious=False) for note in notes),
    ]
    return tuple(sorted(found, key=lambda warned: not warned.serious))


def _data_warnings(data: Data, overall: Slice) -> list[Warned]:
    found = []
    if not overall.rows:
        found.append(Warned("no_rows", "No applications were decided on.", serious=True))
    if data.rejected:
        text = f"{counted(data.rejected, 'row was', 'rows were')} set aside unread and count in no figure below."
        found.append(Warned("rows_set_aside", text, serious=True))
    return found


def _performance_warnings(data: Data, overall: Slice) -> list[Warned]:
    found = []
    swapped = overall.swap_in
    if not data.with_performance:
        text = "No performance is known of any application: observed bad rates cannot be given."
        found.append(Warned("no_performance", text, serious=True))
    elif data.bad in (0, data.with_performance):
        which = "went bad" if data.bad else "performed"
        text = f"All {data.with_performance:,} applications with known performance {which}: rates cannot be compared."
        found.append(Warned("single_class", text, serious=True))
    if data.with_performance and swapped.count and swapped.without_performance == swapped.count:
        text = (
            f"None of the {counted(swapped.count, 'swapped-in application')} has known performance: what is observed "
            "says nothing about the new business."
        )
        found.append(Warned("swap_in_unknown", text, serious=True))
    elif swapped.with_performance:
        text = (
            f"{counted(swapped.with_performance, 'swapped-in application')} with known performance were booked under "
            "another policy than the live one: their outcomes are those of the terms of then."
        )
        found.append(Warned("performance_of_another_policy", text, serious=False))
    for name, of in (
        ("what the live policy grants", overall.live.granted),
        ("what the candidate grants", overall.candidate.granted),
        ("the swap-in set", swapped),
        ("the swap-out set", overall.swap_out),
    ):
        if 0 < of.with_performance < SMALL_SAMPLE:
            text = f"The observed bad rate of {name} rests on {counted(of.with_performance, 'application')}."
            found.append(Warned("small_sample", text, serious=False))
    if overall.rows and not _has_pd(overall):
        found.append(
            Warned(
                "no_pd", "No application has a probability of default: there are no expected bad rates.", serious=False
            )
        )
    return found


def _policy_warnings(
    versions: tuple[Version, Version], reasons: Sequence[ReasonLine], agreement: Agreement | None
) -> list[Warned]:
    found = []
    live, candidate = versions
    if live.content_hash == candidate.content_hash:
        text = "Both policies have the same content: nothing can differ."
        found.append(Warned("same_policy", text, serious=True))
    for name, version in (("live policy", live), ("candidate", candidate)):
        if version.engine == "rows" and version.engine_reason:
            text = f"The {name} was run row by row: {version.engine_reason}"
            found.append(Warned("not_compiled", text, serious=False))
    unscored = max((line.live for line in reasons if line.code == SCORE_UNAVAILABLE), default=0)
    if unscored:
        text = f"{counted(unscored, 'application')} had no score and were referred for that alone by both policies."
        found.append(Warned("no_score", text, serious=True))
    if agreement is not None and agreement.agreed.numerator < agreement.agreed.denominator:
        agreed = agreement.agreed
        text = (
            f"The live policy, run again, gives the outcome that was recorded for {percent(agreed)} of the "
            f"{counted(agreed.denominator, 'application')} with one: "
            "overrides, other versions or other data decided the rest."
        )
        found.append(Warned("recorded_otherwise", text, serious=False))
    return found


def _fairness_warnings(impacts: Sequence[AdverseImpact]) -> list[Warned]:
    if not impacts:
        text = "The data has no protected attribute: adverse impact was not looked at."
        return [Warned("no_protected_attribute", text, serious=False)]
    found = []
    for impact in impacts:
        for group in impact.groups:
            if group.candidate.below_four_fifths and group.candidate.impact_ratio is not None:
                few = "; the group is small" if group.small_sample else ""
                text = (
                    f"{impact.attribute}: under the candidate, `{group.value}` is approved at "
                    f"{group.candidate.impact_ratio.value[:-2]} of the rate of `{impact.candidate_reference}`, below "
                    f"four fifths{few}."
                )
                found.append(Warned("adverse_impact", text, serious=not group.small_sample))
    return found


def _has_pd(overall: Slice) -> bool:
    sets = (overall.granted_by_both, overall.swap_in, overall.swap_out, overall.granted_by_neither)
    return any(each.with_pd for each in sets)
