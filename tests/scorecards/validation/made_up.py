"""A scored population by chance: some bad rate for every score, protected groups, and characteristics with bins."""

from services.scorecards.validation import CountedBin, Part, Role, count_scores
from services.scoring.domain.measures.resampling import Resampler
from services.scoring.domain.scorecard import Scaling

SCALING = Scaling(600, 30, 20)


def part(name: str, role: Role, rows: int, seed: int, harsher_by: int = 0) -> Part:
    """Return a part whose outcomes come with the PDs of the scaling; group b scores `harsher_by` points lower."""
    draw = Resampler(seed)
    scores, bads, groups = [], [], []
    for _ in range(rows):
        group = "b" if draw.uniform() < 0.4 else "a"
        score = 520 + int(80 * draw.uniform()) + int(40 * draw.uniform())
        bads.append(draw.uniform() < float(SCALING.pd(score)))
        scores.append(score - (harsher_by if group == "b" else 0))
        groups.append(group)
    low = [score < 570 for score in scores]
    bins = (
        CountedBin("low", 20, sum(low), sum(bad for bad, below in zip(bads, low, strict=True) if below)),
        CountedBin("high", 50, rows - sum(low), sum(bad for bad, below in zip(bads, low, strict=True) if not below)),
        CountedBin("missing", 20, 0, 0),
    )
    return count_scores(name, role, scores, bads, {"sex": groups}, {"income": bins})


def parts(rows: int = 3000, harsher_by: int = 0) -> list[Part]:
    """Return a fitted and a held-out part of the same population."""
    return [
        part("train", Role.FITTED, rows, 1, harsher_by),
        part("held_out", Role.HELD_OUT, rows // 2, 2, harsher_by),
    ]
