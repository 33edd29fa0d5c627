"""The mapping: what the analyst says about a scorecard of another tool, written in YAML beside its file.

Tables of other tools know neither our facts nor reason codes nor, mostly, their own scaling; the mapping does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import yaml

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.numbers import read_number
from services.scoring.domain.shape import ANY_KEY, shape_faults
from shared.yaml import load_yaml

FORMAT: Final = "assay.scorecard-import/1"

_VALUE: Final = (str, int, bool)
_NUMBER: Final = (str, int)
_SHAPE: Final = {
    "format": str,
    "name": str,
    "version": int,
    "title": str,
    "target": {"bad": str, "definition": str},
    "scaling": {"base_score": int, "base_odds": int, "points_to_double_odds": int, "direction?": str},
    "intercept?": _NUMBER,
    "absent?": str,
    "rounded_edges?": str,
    "reasons": {"limit": int},
    "reason_codes?": {ANY_KEY: str},
    "characteristics?": {
        ANY_KEY: {
            "fact?": str,
            "reason_code?": str,
            "multiply?": _NUMBER,
            "values?": {ANY_KEY: _VALUE},
            "special?": {ANY_KEY: [_VALUE]},
            "reference?": _NUMBER,
        }
    },
}


@dataclass(frozen=True, slots=True)
class MappedCharacteristic:
    """What the mapping says of one variable (column, field) of the source.

    `multiply` turns its numbers into the unit of the fact. `values` turns its texts into values of the fact, `special`
    says which values of the fact a named bin holds. `reference` overrides the source's, in the source's points.
    """

    fact: str | None = None
    reason_code: str | None = None
    multiply: Fraction = Fraction(1)
    values: Mapping[str, str | int | bool] | None = None
    special: Mapping[str, tuple[str | int | bool, ...]] | None = None
    reference: Fraction | None = None


_NOTHING_SAID: Final = MappedCharacteristic()


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A mapping that was found well-formed.

    `scaling` is the source's, before `--scale`. `negated` is for scores of which a higher one is worse: all points
    change sign. `absent_earns_lowest` prices missing and unseen values at the lowest points of their characteristic
    instead of what the source gives them. `accepts_rounded_edges` takes edges as they are printed, though rounding may
    have moved them across values.
    """

    name: str
    version: int
    title: str
    target: Mapping[str, str]
    scaling: Mapping[str, int]
    negated: bool
    intercept: Fraction | None
    absent_earns_lowest: bool
    accepts_rounded_edges: bool
    reason_limit: int
    reason_codes: Mapping[str, str]
    characteristics: Mapping[str, MappedCharacteristic]

    def of(self, variable: str) -> MappedCharacteristic:
        """Return what is said of a variable of the source; of one that is not mentioned, nothing."""
        return self.characteristics.get(variable, _NOTHING_SAID)


def read_mapping(content: bytes) -> ImportMapping:
    """Return the mapping in a YAML file's `content`; raises `InterchangeError` naming each key at fault."""
    try:
        document = load_yaml(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InterchangeError("must be UTF-8 text", "mapping") from None
    except yaml.YAMLError as error:
        raise InterchangeError(f"is not YAML: {' '.join(str(error).split())}", "mapping") from None
    faults = shape_faults(_SHAPE, document)
    if faults:
        where = "; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults)
        raise InterchangeError(where, "mapping")
    if document["format"] != FORMAT:
        raise InterchangeError(f"must be {FORMAT}", "mapping /format")
    scaling = dict(document["scaling"])
    direction = _one_of(
        scaling.pop("direction", "higher_is_better"), "/scaling/direction", "higher_is_better", "lower_is_better"
    )
    absent = _one_of(document.get("absent", "as_source"), "/absent", "as_source", "lowest")
    edges = _one_of(document.get("rounded_edges", "refuse"), "/rounded_edges", "refuse", "accept")
    entries = document.get("characteristics", {})
    return ImportMapping(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        target=document["target"],
        scaling=scaling,
        negated=direction == "lower_is_better",
        intercept=_number(document, "intercept", ""),
        absent_earns_lowest=absent == "lowest",
        accepts_rounded_edges=edges == "accept",
        reason_limit=document["reasons"]["limit"],
        reason_codes=document.get("reason_codes", {}),
        characteristics={name: _characteristic(name, entry) for name, entry in entries.items()},
    )


def _characteristic(name: str, entry: Mapping[str, Any]) -> MappedCharacteristic:
    place = f"/characteristics/{name}"
    multiply = _number(entry, "multiply", place)
    if multiply is not None and multiply <= 0:
        raise InterchangeError("must be above zero", f"mapping {place}/multiply")
    return MappedCharacteristic(
        fact=entry.get("fact"),
        reason_code=entry.get("reason_code"),
        multiply=Fraction(1) if multiply is None else multiply,
        values=entry.get("values"),
        special={text: tuple(values) for text, values in entry.get("special", {}).items()},
        reference=_number(entry, "reference", place),
    )


def _number(entry: Mapping[str, Any], key: str, place: str) -> Fraction | None:
    if key not in entry:
        return None
    number = read_number(str(entry[key]))
    if number is None:
        raise InterchangeError("must be a number, with quotes where it has a fraction", f"mapping {place}/{key}")
    return Fraction(number)


def _one_of(text: str, place: str, *known: str) -> str:
    if text not in known:
        raise InterchangeError(f"must be {' or '.join(known)}", f"mapping {place}")
    return text
