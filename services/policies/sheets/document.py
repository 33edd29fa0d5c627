"""A whole policy as sheets, both directions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from services.policies.sheets.cases import cases_grid, read_cases
from services.policies.sheets.faults import Faults, did_you_mean, refused, shown
from services.policies.sheets.grid import Grid, check_bounds
from services.policies.sheets.layout import (
    CASES,
    DEFINITION,
    DEFINITION_PREFIX,
    DEFINITIONS,
    POLICY,
    POLICY_FIELDS,
    STAGES,
    TERMS,
    TITLES,
    definition_title,
)
from services.policies.sheets.records import read_records
from services.policies.sheets.tables import read_table, table_grid
from services.policies.sheets.values import (
    definitions_grid,
    mapping,
    read_definitions,
    read_terms,
    terms_grid,
    text_of,
)
from services.policies.sheets.wire import decode, encode
from shared.canonical import canonical_json
from shared.facts import pointer_token

_FIELD_HEAD: Final = ("field", "value")


def to_grids(document: Mapping[str, Any]) -> tuple[Grid, ...]:
    """Return the sheets of a policy document, in the order in which they are read.

    Raises `SheetError` where they would not read back as the same document, naming the first value without a place.
    """
    try:
        canonical = canonical_json(document)
        canonical.encode()
    except (TypeError, ValueError) as error:
        raise refused(f"the policy is not plain JSON: {error}") from None
    grids = tuple(_grids(document))
    faults = Faults()
    for grid in grids:
        check_bounds(grid, faults)
    faults.close()
    found = from_grids(grids)
    if canonical_json(found) != canonical:
        raise refused(f"`{_difference('', document, found)}` of the policy has no place in a spreadsheet")
    return grids


def _grids(document: Mapping[str, Any]) -> Iterator[Grid]:
    yield _policy_grid(document)
    definitions = mapping(document.get(DEFINITIONS))
    if DEFINITIONS in document:
        yield definitions_grid(definitions)
        for name, entry in definitions.items():
            if "rows" in mapping(entry):
                yield table_grid(definition_title(name), "definition", name, entry, DEFINITION)
    for title in TITLES[2:]:
        if title not in document:
            continue
        value = document[title]
        if title == TERMS:
            yield terms_grid(mapping(value))
        elif title == CASES:
            yield cases_grid(value if isinstance(value, list | tuple) else ())
        else:
            yield table_grid(title, "table", title, mapping(value), STAGES[title])


def _policy_grid(document: Mapping[str, Any]) -> Grid:
    # The version alone may be a number: 3 and "3" are different documents.
    texts = {key: encode(value) if key == "version" else text_of(value) for key, value in document.items()}
    return Grid(POLICY, [list(_FIELD_HEAD), *([key, texts[key]] for key in POLICY_FIELDS if key in texts)])


def from_grids(grids: Sequence[Grid]) -> dict[str, Any]:
    """Return the policy document of the sheets; raises `SheetError` with every fault, each with its cell."""
    faults = Faults()
    document: dict[str, Any] = {}
    if all(grid.title != POLICY for grid in grids):
        faults.add("", "", f"there is no sheet `{POLICY}`")
    for grid in grids:
        if grid.title == POLICY:
            document |= _read_policy(grid, faults)
        elif grid.title == DEFINITIONS:
            _define(document, grid, read_definitions(grid, faults), faults)
        elif grid.title.startswith(DEFINITION_PREFIX):
            name, table = read_table(grid, "definition", DEFINITION, faults)
            _define(document, grid, {name: table}, faults)
        elif grid.title == TERMS:
            document[TERMS] = read_terms(grid, faults)
        elif grid.title == CASES:
            document[CASES] = read_cases(grid, faults)
        elif grid.title in STAGES:
            document[grid.title] = _read_stage(grid, faults)
        else:
            words = f"unknown sheet `{shown(grid.title)}`{did_you_mean(grid.title, TITLES)}"
            faults.add(grid.title, "", words)
    faults.close()
    return document


def _read_policy(grid: Grid, faults: Faults) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for record in read_records(grid, _FIELD_HEAD, (), faults):
        field = (record.text("field") or "").strip()
        if field in found:
            record.fault("field", f"`{field}` stands twice")
        elif field not in POLICY_FIELDS:
            record.fault("field", f"unknown field `{shown(field)}`{did_you_mean(field, POLICY_FIELDS)}")
        elif "value" in record.values:
            found[field] = record.parsed("value", _version) if field == "version" else record.text("value")
    return found


def _version(text: str) -> int | str:
    value = decode(text)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is neither a whole number nor a text; quote a text that looks like something else")
    return value


def _define(document: dict[str, Any], grid: Grid, found: Mapping[str, Any], faults: Faults) -> None:
    definitions = document.setdefault(DEFINITIONS, {})
    for name, entry in found.items():
        if name in definitions:
            faults.add(grid.title, "", f"there are two definitions `{shown(name)}`")
        definitions[name] = entry


def _read_stage(grid: Grid, faults: Faults) -> dict[str, Any]:
    name, table = read_table(grid, "table", STAGES[grid.title], faults)
    if name != grid.title:
        faults.add(grid.title, "B1", f"the table is called `{shown(name)}`, and its sheet `{grid.title}`")
    return table


def _difference(pointer: str, wanted: Any, found: Any) -> str:
    """Return the JSON pointer of the first value that differs."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            if key not in found:
                return f"{pointer}/{pointer_token(str(key))}"
            if _differ(value, found[key]):
                return _difference(f"{pointer}/{pointer_token(str(key))}", value, found[key])
    elif isinstance(wanted, list | tuple) and isinstance(found, list) and len(wanted) == len(found):
        for at, (one, other) in enumerate(zip(wanted, found, strict=True)):
            if _differ(one, other):
                return _difference(f"{pointer}/{at}", one, other)
    return pointer


def _differ(one: Any, other: Any) -> bool:
    return canonical_json({"": one}) != canonical_json({"": other})
