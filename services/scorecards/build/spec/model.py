"""What a build spec says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.backtests.inputs import DataMap
from services.scoring.domain.scorecard import ReasonMethod
from shared.products import Product


class BuildError(ValueError):
    """A spec or data from which no scorecard can be built."""


class Trend(StrEnum):
    """How the bad rate may move from bin to bin as the value grows."""

    RISES = "rises"
    FALLS = "falls"
    PEAK = "peak"
    """Rises, then falls."""
    VALLEY = "valley"
    """Falls, then rises."""
    MONOTONIC = "monotonic"
    """Rises or falls, whichever the data show."""
    AUTO = "auto"
    """Whichever of these the binning judges fitting."""
    ANY = "any"
    """Unconstrained."""


class Force(StrEnum):
    """The analyst's word on a candidate, before any figure is looked at."""

    IN = "in"
    OUT = "out"


class SplitMethod(StrEnum):
    """How development rows are told into those that are fitted on and those that are held out."""

    STRATIFIED = "stratified"
    """The same share of goods and of bads, rows shuffled by SHA-256."""
    SHUFFLED = "shuffled"
    """The first rows of a permutation by numpy's RandomState are held out, as scikit-learn's train_test_split does."""
    COLUMN = "column"
    """As a column of the data says."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A characteristic that may enter the scorecard, with what the analyst knows of it.

    `bad_rate` says how the bad rate must move as the value grows; an enumeration grows along `order`. `special` are
    values with a bin of their own, in the form of the fact's values. `cuts` are bounds that the analyst gave in place
    of optimal ones, `groups` the same for an enumeration. `outside` is what becomes of numbers beyond those trained on:
    scored by the end bins (None), or as missing or unseen. `why` is the reason of `force`.
    """

    fact: str
    reason_code: str
    order: tuple[str, ...] = ()
    bad_rate: Trend = Trend.AUTO
    special: tuple[str | int | Decimal, ...] = ()
    cuts: tuple[int | Decimal, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    minimum_bin_percent: int = 5
    maximum_bins: int = 6
    outside: str | None = None
    force: Force | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What bad means: the texts of the target column that are bad, good, or neither (such rows are left out)."""

    column: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    indeterminate: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Split:
    """Which rows are fitted on. Rows from the day `time_from` on are a part of their own, outside every other.

    `train_percent` is for the methods that shuffle, `column`, `train` and `test` (texts) for the one by a column.
    Cross-validation runs `repeats` times over `folds` folds of the rows fitted on, or, with `folds_over_all`, of all
    rows but those behind `time_from`; no folds means none.
    """

    method: SplitMethod
    seed: int
    folds: int
    repeats: int = 1
    folds_over_all: bool = True
    train_percent: int = 70
    column: str | None = None
    train: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    time_from: date | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What a candidate needs to enter. None is no limit; correlation and inflation are those of weights of evidence."""

    minimum_information_value: Decimal
    maximum_correlation: Decimal | None = None
    maximum_variance_inflation: Decimal | None = None
    maximum_characteristics: int | None = None


@dataclass(frozen=True, slots=True)
class Proxies:
    """How strongly a candidate may go with a protected attribute (Cramer's V), and the candidates that may all the
    same, each with the words that justify it."""

    maximum_association: Decimal = Decimal("0.3")
    justified: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reasons:
    """How reasons are ranked: against the mean points of all training rows, or of those that score `cutoff` or up to
    `within` points more."""

    limit: int
    method: ReasonMethod = ReasonMethod.POPULATION_MEAN
    cutoff: int | None = None
    within: int = 0


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """A build spec with the product it is for. Percentages are whole numbers; `sha256` is of the file.

    `penalties` are the strengths C of the regression's ridge penalty to choose from by cross-validation within the
    rows fitted on, None for no penalty. `minimum_special_rows` is how many rows a special, missing or unseen bin needs
    for points of its own. `notes` is what the model document says beside figures; `explicit` tells specs of the second
    format, whose artefacts state warnings and choices.
    """

    name: str
    version: int
    title: str
    citation: str
    target: Target
    data: DataMap
    excluded: Mapping[str, str]
    split: Split
    scaling: Mapping[str, int]
    maximum_prebins: int
    minimum_special_rows: int
    selection: Selection
    penalties: tuple[Decimal | None, ...]
    proxies: Proxies
    reasons: Reasons
    candidates: tuple[Candidate, ...]
    product: Product
    sha256: str
    explicit: bool
    through_the_door: bool = False
    grades: tuple[Mapping[str, Any], ...] = ()
    validity_days: int | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
