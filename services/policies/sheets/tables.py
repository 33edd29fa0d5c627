"""Decision tables as sheets, both directions.

Row 1 has the table's name and its properties, name and value side by side; row 2 what the columns are (`when`, `if`,
`then`, `note`); row 3 the names of facts and outputs; then come the rules, counted in the first column, and `default`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.policies.sheets.faults import Faults, did_you_mean, shown
from services.policies.sheets.grid import MAX_RULES, Grid, Value, address, feel_text, label_at, plain_text
from services.policies.sheets.layout import DEFAULT, IF, KIND_FIELDS, KINDS, NOTE, THEN, WHEN, TableForm
from services.policies.sheets.records import Record
from services.policies.sheets.values import kind_texts, mapping, read_kind, text_of

FIRST_RULE: Final = 4
"""The row of the first rule."""

_KIND_ROW: Final = 2
_NAME_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its kind, the name of its fact or output, and its number, from 1."""

    kind: str
    name: str
    number: int


def table_grid(title: str, key: str, name: str, table: Mapping[str, Any], form: TableForm) -> Grid:
    """Return the sheet of a table; `key` says what has the name, "table" or "definition"."""
    properties = {**{key: text_of(table[key]) for key in form.properties if key in table}, **kind_texts(table)}
    head = [key, name]
    for each in form.properties:
        if each in properties:
            head += [each, properties[each] or ""]
    listed = table.get("rows")
    rows = [mapping(row) for row in listed] if isinstance(listed, list | tuple) else []
    names = dict.fromkeys(name for row in rows for name in mapping(row.get(WHEN)))
    columns = [(WHEN, name) for name in names]
    columns += [(IF, IF)] if any(IF in row for row in rows) else []
    columns += [*((THEN, output) for output in form.outputs), (NOTE, NOTE)]

    lines = [[str(number), *(_cell(row, *column) for column in columns)] for number, row in enumerate(rows, start=1)]
    if DEFAULT in table:
        lines.append([DEFAULT, *(_cell(mapping(table[DEFAULT]), *column) for column in columns)])
    kinds, labels = ["kind", *(kind for kind, _ in columns)], ["name", *(name for _, name in columns)]
    return Grid(title, [head, kinds, labels, *lines])


def _cell(row: Mapping[str, Any], kind: str, name: str) -> str | None:
    return text_of(mapping(row.get(WHEN)).get(name) if kind == WHEN else row.get(name))


def read_table(grid: Grid, key: str, form: TableForm, faults: Faults) -> tuple[str, dict[str, Any]]:
    """Return the name and the table of a sheet."""
    properties = _read_properties(grid, key, form, faults)
    name = properties.text(key) or ""
    if not name:
        faults.add(grid.title, "A1", f"row 1 begins with `{key}` and its name")
    plain = {each: properties.text(each) for each in form.properties if each not in KIND_FIELDS}
    table: dict[str, Any] = {each: text for each, text in plain.items() if text is not None}
    table |= read_kind(properties)
    columns = read_columns(grid, form, faults)
    table["rows"] = rows = []
    for row in range(FIRST_RULE, len(grid.rows) + 1):
        if all(value is None for value in grid.rows[row - 1]):
            continue
        if _is_default(grid, row, faults):
            if DEFAULT in table:
                faults.add(grid.title, address(row, 1), "there are two default rows")
            table[DEFAULT] = _read_default(grid, row, columns, faults)
        else:
            rows.append(_read_rule(grid, row, columns))
    if len(rows) > MAX_RULES:
        faults.add(grid.title, "", f"the table has {len(rows):,} rules; at most {MAX_RULES:,} are read")
    return name, table


def _read_properties(grid: Grid, key: str, form: TableForm, faults: Faults) -> Record:
    known = (key, *form.properties)
    columns: dict[str, int] = {}
    values: dict[str, Value] = {}
    for at in range(1, grid.width + 1, 2):
        name, value = label_at(grid, 1, at), grid.at(1, at + 1)
        if not name and value is not None:
            faults.add(grid.title, address(1, at), "this cell says of what the next one is the value")
        elif name in columns:
            faults.add(grid.title, address(1, at), f"`{shown(name)}` stands twice in row 1")
        elif name in known:
            columns[name] = at + 1
            values |= {} if value is None else {name: value}
        elif name:
            words = f"unknown property `{shown(name)}`{did_you_mean(name, known)}"
            faults.add(grid.title, address(1, at), words)
    return Record(grid, 1, columns, values, faults)


def read_columns(grid: Grid, form: TableForm, faults: Faults) -> Sequence[Column]:
    """Return the columns of a table after the first one; what is wrong with rows 2 and 3 are faults."""
    found: dict[tuple[str, str], Column] = {}
    for number in range(2, grid.width + 1):
        kind, name = label_at(grid, _KIND_ROW, number), label_at(grid, _NAME_ROW, number)
        if kind in (IF, NOTE):
            name = kind
        place = address(_KIND_ROW if kind not in (WHEN, THEN) else _NAME_ROW, number)
        if not kind:
            if name or any(grid.at(row, number) is not None for row in range(FIRST_RULE, len(grid.rows) + 1)):
                faults.add(grid.title, place, f"this column has no kind: {', '.join(KINDS)}")
        elif kind not in KINDS:
            words = f"unknown kind of column `{shown(kind)}`{did_you_mean(kind, KINDS)}"
            faults.add(grid.title, place, words)
        elif not name:
            faults.add(grid.title, place, "this column has no name")
        elif kind == THEN and name not in form.outputs:
            words = f"unknown output `{shown(name)}`{did_you_mean(name, form.outputs)}"
            faults.add(grid.title, place, words)
        elif (kind, name) in found:
            other = address(_NAME_ROW, found[kind, name].number)
            faults.add(grid.title, place, f"there are two columns `{kind} {shown(name)}`, here and in {other}")
        else:
            found[kind, name] = Column(kind, name, number)
    return tuple(found.values())


def _is_default(grid: Grid, row: int, faults: Faults) -> bool:
    label = label_at(grid, row, 1)
    if label and label != DEFAULT and not label.isdecimal():
        words = f"`{shown(label)}` is neither the number of a rule nor `{DEFAULT}`{did_you_mean(label, (DEFAULT,))}"
        faults.add(grid.title, address(row, 1), words)
    return label == DEFAULT


def _filled(grid: Grid, row: int, columns: Sequence[Column]) -> Iterator[tuple[Column, Value]]:
    for column in columns:
        value = grid.at(row, column.number)
        if value is not None:
            yield column, value


def _read_rule(grid: Grid, row: int, columns: Sequence[Column]) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    for column, value in _filled(grid, row, columns):
        if column.kind == WHEN:
            rule.setdefault(WHEN, {})[column.name] = feel_text(value)
        else:
            rule[column.name] = feel_text(value) if column.name in (IF, "value") else plain_text(value)
    return rule


def _read_default(grid: Grid, row: int, columns: Sequence[Column], faults: Faults) -> dict[str, Any]:
    default: dict[str, Any] = {}
    for column, value in _filled(grid, row, columns):
        if column.kind == THEN:
            default[column.name] = feel_text(value) if column.name == "value" else plain_text(value)
        else:
            words = f"the default row holds whenever no other does: it has nothing under `{column.kind}`"
            faults.add(grid.title, address(row, column.number), words)
    return default
