"""Golden cases as a sheet, one row each, both directions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.policies.sheets.faults import Faults
from services.policies.sheets.grid import Grid
from services.policies.sheets.layout import CASES
from services.policies.sheets.records import read_records
from services.policies.sheets.values import mapping, text_of
from services.policies.sheets.wire import decode, decode_list, encode, encode_list

FACT: Final = "fact "
EXPECT: Final = "expect "

_FIELDS: Final = ("name", "as_of", "score_reasons")


def cases_grid(cases: Sequence[Any]) -> Grid:
    """Return the sheet of the cases; a null is written, what is not there is an empty cell."""
    entries = [mapping(case) for case in cases]
    facts = dict.fromkeys(name for case in entries for name in mapping(case.get("facts")))
    expected = dict.fromkeys(name for case in entries for name in mapping(case.get("expect")))
    head = ["name", "as_of", *(f"{FACT}{name}" for name in facts), "score_reasons"]
    head += [f"{EXPECT}{name}" for name in expected]
    rows = [
        [
            text_of(case.get("name")),
            text_of(case.get("as_of")),
            *_cells(mapping(case.get("facts")), facts),
            encode_list(case["score_reasons"]) if isinstance(case.get("score_reasons"), list | tuple) else None,
            *_cells(mapping(case.get("expect")), expected),
        ]
        for case in entries
    ]
    return Grid(CASES, [head, *rows])


def _cells(values: Mapping[str, Any], names: Mapping[str, None]) -> list[str | None]:
    return [encode(values[name]) if name in values else None for name in names]


def read_cases(grid: Grid, faults: Faults) -> list[dict[str, Any]]:
    """Return the cases of the sheet."""
    cases = []
    for record in read_records(grid, _FIELDS, (FACT, EXPECT), faults):
        case: dict[str, Any] = {key: record.text(key) for key in ("name", "as_of") if key in record.values}
        if "score_reasons" in record.values:
            case["score_reasons"] = record.parsed("score_reasons", decode_list)
        case |= {"facts": {}, "expect": {}}
        for column in record.values:
            for part, prefix in (("facts", FACT), ("expect", EXPECT)):
                if column.startswith(prefix):
                    case[part][column.removeprefix(prefix)] = record.parsed(column, decode)
        cases.append(case)
    return cases
