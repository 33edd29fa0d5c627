"""Whether what a spec says makes sense for the product's facts."""

from services.scorecards.build.spec.model import BuildError, BuildSpec, Candidate, SplitMethod, Trend
from services.scoring.domain.scorecard import ReasonMethod
from shared.facts import Fact, FactType, Source

_NUMBERS = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})
_OUTSIDE = "must be score, missing or unseen"
_TURNS = frozenset({Trend.AUTO, Trend.ANY})


def check_spec(spec: BuildSpec) -> None:
    """Raise `BuildError` at the first thing in a spec that makes no sense."""
    _check_numbers(spec)
    _check_split(spec)
    facts = spec.product.dictionary.facts
    for candidate in spec.candidates:
        fact, place = facts[candidate.fact], f"/characteristics/{candidate.fact}"
        if fact.protected:
            raise BuildError(f"{place}: is a protected attribute")
        if fact.source is Source.SCORING or fact.type is FactType.DATE:
            raise BuildError(f"{place}: is no fact of an application that bins can hold")
        if candidate.fact not in spec.data.facts:
            raise BuildError(f"{place}: has no column in /data/facts")
        _check_candidate(candidate, fact, place)
    for name in spec.proxies.justified:
        if not spec.proxies.justified[name].strip() or all(each.fact != name for each in spec.candidates):
            raise BuildError(f"/proxies/justified/{name}: must give words for a characteristic")


def _check_numbers(spec: BuildSpec) -> None:
    split, selection = spec.split, spec.selection
    checks = [
        (bool(spec.candidates), "/characteristics", "must not be empty"),
        (1 <= split.train_percent <= 99, "/split/train_percent", "must be 1 to 99"),
        (split.folds == 0 or 2 <= split.folds <= 20, "/split/folds", "must be 0 or 2 to 20"),
        (1 <= split.repeats <= 20, "/split/repeats", "must be 1 to 20"),
        (0 <= split.seed < 2**32, "/split/seed", "must be 0 to 4294967295"),
        (2 <= spec.maximum_prebins <= 100, "/binning/maximum_prebins", "must be 2 to 100"),
        (spec.minimum_special_rows >= 1, "/binning/minimum_special_rows", "must be 1 or more"),
        (bool(spec.target.bad and spec.target.good), "/target", "must say what is bad and what is good"),
        (bool(spec.penalties), "/regression/penalty", "must not be empty"),
        (all(each is None or each > 0 for each in spec.penalties), "/regression/penalty", "must be above 0 or none"),
        (len(spec.penalties) == 1 or split.folds >= 2, "/regression/penalty", "is chosen by folds; there are none"),
        (selection.maximum_characteristics != 0, "/selection/maximum_characteristics", "must be 1 or more"),
    ]
    reasons = spec.reasons
    at_cutoff = reasons.method is ReasonMethod.AT_CUTOFF
    checks += [
        ((reasons.cutoff is not None) == at_cutoff, "/reasons/cutoff", f"goes with {ReasonMethod.AT_CUTOFF} only"),
        (
            reasons.within >= 0 and (at_cutoff or reasons.within == 0),
            "/reasons/within",
            "goes with a cutoff, 0 or more",
        ),
        (spec.validity_days is None or spec.validity_days >= 1, "/validity_days", "must be 1 or more"),
    ]
    for candidate in spec.candidates:
        place = f"/characteristics/{candidate.fact}"
        checks += [
            (candidate.outside in (None, "score", "missing", "unseen"), f"{place}/outside", _OUTSIDE),
            (1 <= candidate.minimum_bin_percent <= 50, place, "bins hold 1 to 50 % of the rows at least"),
            (2 <= candidate.maximum_bins <= 50, place, "has 2 to 50 bins at most"),
            (candidate.force is None or bool(candidate.why.strip()), f"{place}/why", "must say why it is forced"),
        ]
    for holds, place, words in checks:
        if not holds:
            raise BuildError(f"{place}: {words}")


def _check_split(spec: BuildSpec) -> None:
    split = spec.split
    by_column = split.method is SplitMethod.COLUMN
    if by_column != (split.column is not None) or by_column != bool(split.train) or by_column != bool(split.test):
        raise BuildError("/split: column, train and test go with the method column, and with no other")
    if set(split.train) & set(split.test):
        raise BuildError("/split: a text can't mean both train and test")
    if split.time_from is not None and spec.data.as_of.column is None:
        raise BuildError("/split/time_from: needs /data/as_of, a column with the day of each application")


def _check_candidate(candidate: Candidate, fact: Fact, place: str) -> None:
    number = fact.type in _NUMBERS
    if candidate.order and fact.type is not FactType.ENUM:
        raise BuildError(f"{place}: only enumerations have an order")
    if candidate.groups and (number or candidate.order):
        raise BuildError(f"{place}: groups are for enumerations without an order")
    if candidate.outside and not number:
        raise BuildError(f"{place}/outside: is for numbers")
    if list(candidate.cuts) != sorted(set(candidate.cuts)):
        raise BuildError(f"{place}/cuts: must rise")
    grouped = [value for group in candidate.groups for value in group]
    listed = [*candidate.order, *grouped, *candidate.special]
    if len(set(listed)) != len(listed):
        raise BuildError(f"{place}: names a value twice")
    if fact.type is FactType.ENUM and not set(listed) <= set(fact.values):
        raise BuildError(f"{place}: names a value that the fact does not have")
    if fact.type is FactType.ENUM and candidate.bad_rate not in _TURNS and not candidate.order:
        raise BuildError(f"{place}: the bad rate can only follow an order")
