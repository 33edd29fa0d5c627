"""What the artefact of a model froze at its development, and the present is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.scoring.domain.boosted import band_names

MISSING: Final = "missing"
UNSEEN: Final = "unseen"

_PROMISES: Final = (
    ("held_out", "auc"),
    ("test", "auc"),
    ("time", "auc"),
    ("cross_validation", "auc_mean"),
    ("train", "auc"),
)
"""Where an artefact states how well it tells bads from goods, the most honest statement first."""


@dataclass(frozen=True, slots=True)
class BaselineBand:
    """A band of scores, `start` included and `below` not, with its development rows; None where it has no end."""

    start: int | None
    below: int | None
    count: int

    @property
    def label(self) -> str:
        """The scores of the band in words."""
        if self.start is None:
            return "all scores" if self.below is None else f"below {self.below}"
        return f"{self.start} and above" if self.below is None else f"{self.start} to {self.below - 1}"


@dataclass(frozen=True, slots=True)
class BaselineBin:
    """A bin of a characteristic, with its role, its points and its development rows."""

    label: str
    role: str
    points: int
    count: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The development sample as the artefact keeps it.

    `characteristics` is empty for a model that keeps none; those of trees are their inputs, in bands without points.
    `auc` is the one that validation promised, on the sample that `auc_sample` names; None where the artefact states
    none.
    """

    sample: str
    rows: int
    bands: tuple[BaselineBand, ...]
    characteristics: Mapping[str, tuple[BaselineBin, ...]]
    auc: Decimal | None
    auc_sample: str | None


def read_baseline(document: Mapping[str, Any]) -> Baseline | None:
    """Return the baseline of an artefact that was found sound; None where it has none, or one of no rows."""
    frozen = document.get("psi_baseline")
    if not isinstance(frozen, Mapping) or not frozen.get("rows"):
        return None
    counts = frozen.get("characteristics", {})
    characteristics = {
        entry["fact"]: tuple(
            BaselineBin(item["label"], item["role"], item["points"], rows)
            for item, rows in zip(entry["bins"], counts[entry["fact"]], strict=True)
        )
        for entry in document.get("characteristics", [])
        if isinstance(entry, Mapping) and "bins" in entry and entry.get("fact") in counts
    }
    characteristics |= {
        entry["fact"]: tuple(
            BaselineBin(name, role, 0, rows)
            for (name, role), rows in zip(band_names(entry), counts[entry["fact"]], strict=True)
        )
        for entry in document.get("inputs", [])
    }
    sample, auc = _promised(document.get("metrics", {}))
    bands = tuple(BaselineBand(band.get("from"), band.get("below"), band["count"]) for band in frozen["score_bands"])
    return Baseline(frozen["sample"], frozen["rows"], bands, characteristics, auc, sample)


def _promised(metrics: Mapping[str, Any]) -> tuple[str | None, Decimal | None]:
    for sample, key in _PROMISES:
        entry = metrics.get(sample)
        if isinstance(entry, Mapping) and isinstance(entry.get(key), str):
            try:
                return sample, Decimal(entry[key])
            except InvalidOperation:
                continue
    return None, None
