"""The report of a search: every scorecard tried with its figures, the frontier, and those that qualify."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from services.scorecards.alternatives.judge import Treatment, approving, treatment
from services.scorecards.alternatives.search import (
    BINNINGS,
    MOST_LEFT_OUT,
    MOST_TOGETHER,
    PENALTIES,
    Tried,
    try_out,
)
from services.scorecards.build.fit import Model
from services.scorecards.build.reading import read_sample
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec, read_spec
from services.scorecards.build.splits import split_rows
from services.scorecards.validation.figures import bounded, decimal
from services.scoring.domain.measures.discrimination import auc_difference, auc_interval

FORMAT: Final = "assay.alternatives/1"
_APPROVED: Final = 0.8

Progress = Callable[[str, int, int], None]
"""Called with the step under way, the steps done and the most there can be."""


@dataclass(frozen=True, slots=True)
class Bargain:
    """What makes an alternative worth looking at: how much AUC it may lose, and by how much it has to raise the lowest
    adverse impact ratio. Raises `ValueError` unless both lie between 0 and 1."""

    auc_loss: Decimal = Decimal("0.005")
    ratio_gain: Decimal = Decimal("0.01")

    def __post_init__(self) -> None:
        if not (0 <= self.auc_loss < 1 and 0 <= self.ratio_gain < 1):
            raise ValueError("the loss of AUC and the gain of ratio must be between 0 and 1")


def search_alternatives(data: Path, spec: Path, bargain: Bargain, progress: Progress) -> dict[str, Any]:
    """Return the report of the search on a file of data, with decimals as strings.

    Every scorecard is fitted on the training rows and judged on the held-out ones, at the cut-off that approves the
    same share of training rows: that of the spec's cut-off, or four fifths. An alternative qualifies if its AUC falls
    short of the spec's, and the lowest adverse impact ratio of the groups that are judged rises, as `bargain` says.
    Raises `BuildError` where the data or the spec can't be built from, or name no protected attribute, and `OSError`.
    """
    plan = read_spec(spec)
    progress("reading the data", 0, 1)
    sample = read_sample(data, plan)
    if not sample.protected:
        raise BuildError("the data map names no protected attribute, so there is nothing to compare groups by")
    parts = split_rows(sample, plan)
    train, held_out = sample.rows(parts.train), sample.rows(parts.held_out)

    def fairer(model: Model, first: Model) -> Decimal:
        share = _approval(first, train, plan)
        one, two = (_at_share(each, train, share).lowest_ratio for each in (model, first))
        return Decimal(0) if one is None or two is None else one - two

    tried = try_out(train, plan, fairer, lambda done, most: progress("fitting alternatives", done, most))
    progress("measuring", 1, 1)
    judged = _judged(tried, train, held_out, plan)
    return _document(plan, sample, tried, judged, held_out, bargain)


def _approval(first: Model, train: Sample, plan: BuildSpec) -> float:
    if plan.reasons.cutoff is None:
        return _APPROVED
    return float((first.scores(train) >= plan.reasons.cutoff).mean())


def _at_share(model: Model, train: Sample, share: float) -> Treatment:
    return treatment("train", model, train, approving(model.scores(train), share))


def _judged(tried: Sequence[Tried], train: Sample, held_out: Sample, plan: BuildSpec) -> list[Treatment]:
    share = _approval(tried[0].model, train, plan)
    cut_offs = [approving(each.model.scores(train), share) for each in tried]
    first = treatment("held_out", tried[0].model, held_out, cut_offs[0])
    others = [
        treatment("held_out", each.model, held_out, cut_off, first.references)
        for each, cut_off in zip(tried[1:], cut_offs[1:], strict=True)
    ]
    return [first, *others]


def _document(
    plan: BuildSpec,
    sample: Sample,
    tried: Sequence[Tried],
    judged: Sequence[Treatment],
    held_out: Sample,
    bargain: Bargain,
) -> dict[str, Any]:
    found = [_candidate(each, one, tried[0], held_out) for each, one in zip(tried, judged, strict=True)]
    ratio = judged[0].lowest_ratio
    for entry, one in zip(found, judged, strict=True):
        loses = -Decimal(entry["auc_difference"]["estimate"])
        rises = None if one.lowest_ratio is None or ratio is None else one.lowest_ratio - ratio
        entry["on_frontier"] = not any(_beats(other, entry) for other in found)
        entry["qualifies"] = rises is not None and 0 < rises >= bargain.ratio_gain and loses <= bargain.auc_loss
    return {
        "format": FORMAT,
        "name": plan.name,
        "version": plan.version,
        "title": plan.title,
        "product": plan.product.name,
        "spec_sha256": plan.sha256,
        "data_sha256": sample.sha256,
        "rows": len(held_out),
        "bads": int(held_out.bads.sum()),
        "auc_loss": str(bargain.auc_loss),
        "ratio_gain": str(bargain.ratio_gain),
        "search": _search_words(),
        "candidates": found,
    }


def _candidate(tried: Tried, found: Treatment, first: Tried, held_out: Sample) -> dict[str, Any]:
    scores = tried.model.scores(held_out).tolist()
    bads = held_out.bads.tolist()
    difference = auc_difference(scores, first.model.scores(held_out).tolist(), bads)
    return {
        "name": tried.name,
        "kind": str(tried.kind),
        "without": list(tried.without),
        "characteristics": [each.candidate.fact for each in tried.model.characteristics],
        "auc": bounded(auc_interval(list(zip(scores, bads, strict=True)))),
        "auc_difference": {
            "estimate": decimal(difference.estimate, 5),
            "low": decimal(difference.low, 5),
            "high": decimal(difference.high, 5),
            "p_value": decimal(difference.p_value),
        },
        "cut_off": found.cut_off,
        "approval_rate": decimal(found.approval_rate),
        "lowest_impact_ratio": None if found.lowest_ratio is None else str(found.lowest_ratio),
        "largest_mean_difference": None if found.largest_difference is None else str(found.largest_difference),
        "fairness": list(found.attributes),
    }


def _beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether `one` is as good as `other` in AUC and lowest impact ratio, and better in one of them."""
    figures = [(Decimal(each["auc"]["estimate"]), Decimal(each["lowest_impact_ratio"] or 0)) for each in (one, other)]
    return figures[0] != figures[1] and all(mine >= theirs for mine, theirs in zip(*figures, strict=True))


def _search_words() -> list[str]:
    bins = ", ".join(f"{bins} bins of at least {percent} %" for bins, percent in BINNINGS)
    return [
        f"Each characteristic that entered left out alone (the first {MOST_LEFT_OUT}); one that the analyst forced in"
        " stays.",
        f"The two to {MOST_TOGETHER} whose leaving out raised the lowest adverse impact ratio most on the training"
        " rows, left out together.",
        f"Coarser bins: at most {bins}.",
        f"A stronger ridge penalty: C = {', '.join(str(each) for each in PENALTIES)}, where stronger than the spec's.",
    ]
