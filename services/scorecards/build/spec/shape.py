"""The keys of the two formats of a build spec."""

from typing import Any, Final

from services.scoring.domain.shape import ANY_KEY, ANYTHING

FIRST: Final = "assay.scorecard-build/1"
"""One CSV file whose columns are facts, one stratified split, no penalty. What it makes must stay the same."""

SECOND: Final = "assay.scorecard-build/2"
"""Data are read by a data map; the artefact states the population, warnings and the choices made."""

_TEXTS: Final = [(str, int)]

FIRST_SHAPE: Final[dict[str, Any]] = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "citation": str,
    "target": {"column": str, "bad": str, "good": str, "definition": str},
    "columns": {ANY_KEY: {"fact": str, "multiply": int}},
    "excluded": {ANY_KEY: str},
    "split": {"seed": int, "train_percent": int, "folds": int},
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int},
    "binning": {"minimum_bin_percent": int, "maximum_bins": int},
    "selection": {"minimum_information_value": str},
    "reasons": {"limit": int},
    "characteristics": {ANY_KEY: {"reason_code": str, "order?": [str], "bad_rate?": str, "special?": [str]}},
}

SECOND_SHAPE: Final[dict[str, Any]] = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "product": str,
    "citation": str,
    "population": str,
    "notes?": {"purpose?": str, "limits?": [str], "developer?": str, "use?": str},
    "target": {"column": str, "bad": _TEXTS, "good": _TEXTS, "indeterminate?": _TEXTS, "definition": str},
    "data": ANYTHING,
    "excluded": {ANY_KEY: str},
    "split": {
        "method": str,
        "seed": int,
        "folds": int,
        "repeats?": int,
        "folds_over?": str,
        "train_percent?": int,
        "column?": str,
        "train?": _TEXTS,
        "test?": _TEXTS,
        "time_from?": str,
    },
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int, "direction": str},
    "binning": {
        "minimum_bin_percent": int,
        "maximum_bins": int,
        "maximum_prebins?": int,
        "minimum_special_rows?": int,
    },
    "selection": {
        "minimum_information_value": str,
        "maximum_correlation?": str,
        "maximum_variance_inflation?": str,
        "maximum_characteristics?": int,
    },
    "regression?": {"penalty": [str]},
    "proxies?": {"maximum_association?": str, "justified?": {ANY_KEY: str}},
    "reasons": {"limit": int, "method?": str, "cutoff?": int, "within?": int},
    "grades?": [{"grade": str, "from?": int, "below?": int}],
    "validity_days?": int,
    "characteristics": {
        ANY_KEY: {
            "reason_code": str,
            "order?": [str],
            "bad_rate?": str,
            "special?": _TEXTS,
            "cuts?": _TEXTS,
            "groups?": [[str]],
            "minimum_bin_percent?": int,
            "maximum_bins?": int,
            "outside?": str,
            "force?": str,
            "why?": str,
        }
    },
}
