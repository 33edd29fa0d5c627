"""What the figures mean, in sentences: the summary, and what a swap set does and does not show."""

from decimal import Decimal
from typing import Final

from services.backtests.figures.ratios import SMALL_SAMPLE, Ratio
from services.backtests.figures.report import Data, Population, Segment, Slice
from shared.money import exponent

DEFINITIONS: Final = {
    "granted": "An application is granted credit where the outcome is approve or counter_offer.",
    "approval_rate": "Applications granted credit over all applications that were decided on.",
    "swap_in": "Applications that the candidate grants credit and the live policy does not.",
    "swap_out": "Applications that the live policy grants credit and the candidate does not.",
    "expected_bad": "Mean probability of default of the applications that have one (fact `pd`), amounts not weighed.",
    "observed_bad": "Applications that went bad over those whose performance is known; nothing is inferred for others.",
    "observed_bad_interval": "95 % score interval of E. B. Wilson (J. Am. Stat. Assoc. 22, 1927), z = 1.959964, "
    "rounded outwards.",
    "impact_ratio": "Approval rate of a group over that of the group with the highest rate; below 0.80 is generally "
    "regarded as evidence of adverse impact (four-fifths rule, 29 CFR 1607.4(D)).",
    "significance": "Fisher's exact test, two-sided, where a group has fewer than 30 applications, else the "
    "two-proportion z test with pooled rate; significant at the 5 % level.",
    "limits": "Sums of limits in minor units of the currency, of the applications that the policy grants credit.",
    "ratios": "An exact fraction of integers, with its value to four decimal places, rounded half up.",
    "reasons": "The principal reasons, at most four an application, so that a column may sum to more than the answers.",
}
"""What the terms of a report mean."""


def percent(value: Ratio | None) -> str:
    """Return a rate as a percentage with two places, `-` for none."""
    return "-" if value is None else f"{format(value.rounded * 100, '.2f')} %"


def money(minor: int | None, currency: str) -> str:
    """Return an amount in the currency, `-` for none; unlike one amount, a sum may be of any size."""
    if minor is None:
        return "-"
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}"


def counted(count: int, one: str, several: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def summary(overall: Slice, data: Data, currency: str) -> tuple[str, ...]:
    """Return the report in a few sentences."""
    if not overall.rows:
        return ("No applications were decided on: there is nothing to compare.",)
    live, candidate = overall.live, overall.candidate
    points = overall.approval_change or "0.00"
    moved = "leaves the approval rate" if points == "0.00" else "moves the approval rate"
    to = f"at {percent(live.approval_rate)}"
    if points != "0.00":
        to = f"from {percent(live.approval_rate)} to {percent(candidate.approval_rate)} ({points} percentage points)"
    sentences = [
        f"Over {counted(overall.rows, 'application')}, the candidate {moved} {to}.",
        _moved(overall),
        f"Limits granted go from {money(live.limit_minor, currency)} to {money(candidate.limit_minor, currency)}; "
        f"referrals from {live.outcomes['refer']:,} to {candidate.outcomes['refer']:,}.",
    ]
    return (*sentences, *_risk(live.granted, candidate.granted, data))


def _moved(overall: Slice) -> str:
    newly, no_longer = overall.swap_in.count, overall.swap_out.count
    if not newly and not no_longer:
        return "Both policies grant credit to the same applications."
    if not newly:
        return f"It grants credit to no new application, and no longer to {no_longer:,} that the live policy grants."
    gained = f"It grants credit to {counted(newly, 'application')} that the live policy does not"
    return gained + (
        f", and no longer to {no_longer:,} that it grants." if no_longer else ", and to all that it grants."
    )


def _risk(live: Population, candidate: Population, data: Data) -> list[str]:
    found = []
    if live.expected_bad is not None and candidate.expected_bad is not None:
        before, after = percent(live.expected_bad), percent(candidate.expected_bad)
        found.append(f"The expected bad rate of what is granted goes from {before} to {after}.")
    if not data.with_performance:
        found.append("No performance is known, so that nothing observed says how what is granted would pay.")
    elif live.observed_bad is not None and candidate.observed_bad is not None:
        found.append(
            f"Where performance is known, {percent(live.observed_bad)} of what the live policy grants went bad "
            f"({live.bad:,} of {live.with_performance:,}), and {percent(candidate.observed_bad)} of what the "
            f"candidate grants ({candidate.bad:,} of {candidate.with_performance:,})."
        )
    return found


def swap_in_statements(swapped: Population) -> tuple[str, ...]:
    """Return what is known of the applications that the candidate would newly grant, and what is not."""
    count, known, unknown = swapped.count, swapped.with_performance, swapped.without_performance
    if not count:
        return ("The candidate grants credit to no application that the live policy does not.",)
    of = f"Of {counted(count, 'swapped-in application')},"
    have = (
        f"{of} {known:,} {'has' if known == 1 else 'have'}"
        if unknown
        else f"All {count:,} swapped-in applications have"
    )
    found = []
    if unknown:
        found.append(
            f"{of} {unknown:,} {'has' if unknown == 1 else 'have'} no known performance: they were not booked, or not "
            "observed long enough, so no data says how they would have paid. No rate is inferred for them."
        )
    if known:
        found.append(
            f"{have} known performance, although the live policy, run again, "
            "does not grant them credit: they were booked under another policy or by a person's override, on other "
            "terms, and need not be like those that were not booked."
        )
    return (*found, *_expectation(swapped), *_small(swapped))


def swap_out_statements(swapped: Population) -> tuple[str, ...]:
    """Return what is known of the applications that the candidate would no longer grant."""
    if not swapped.count:
        return ("The candidate grants credit to every application that the live policy grants.",)
    unknown = swapped.without_performance
    of = f"Of {counted(swapped.count, 'swapped-out application')},"
    if unknown == swapped.count:
        return (f"{of} {unknown:,} have no known performance.", *_expectation(swapped))
    found = (
        f"{of} {swapped.with_performance:,} have known performance: {swapped.bad:,} went bad and "
        f"{swapped.with_performance - swapped.bad:,} paid, business that the candidate would give up.",
    )
    return (*found, *_expectation(swapped), *_small(swapped))


def _expectation(swapped: Population) -> list[str]:
    if not swapped.with_pd:
        return ["No probability of default is known of them either."] if not swapped.with_performance else []
    return [
        f"The score expects {percent(swapped.expected_bad)} of the {swapped.with_pd:,} that have a probability of "
        "default to go bad; it was fitted on applications that were booked."
    ]


def _small(swapped: Population) -> list[str]:
    if not 0 < swapped.with_performance < SMALL_SAMPLE:
        return []
    return [f"Their observed bad rate rests on {counted(swapped.with_performance, 'application')}: too few to go by."]


def segment_note(segment: Segment) -> str:
    """Return what a table of a segment leaves out."""
    if segment.others is None:
        return ""
    return f"The {len(segment.values)} largest values; {segment.others.rows:,} applications have others."
