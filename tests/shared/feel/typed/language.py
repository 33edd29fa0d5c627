"""A small data dictionary, and well-typed expressions over it: what the tests of the typed language speak about."""

import ast
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared.facts import Fact, FactType
from shared.feel.syntax import parse_expression, parse_unary_tests
from shared.feel.typed import (
    NOW,
    TODAY,
    Constants,
    Type,
    Typed,
    check_cell,
    check_condition,
    check_expression,
    generate,
    interpret,
    names_in,
)
from shared.money import MAX_MINOR

FACTS = {
    fact.name: fact
    for fact in (
        Fact("amount", FactType.MONEY, currency="EUR", minimum=0),
        Fact("revenue", FactType.MONEY, currency="EUR"),
        Fact("employees", FactType.INTEGER, minimum=0),
        Fact("term", FactType.INTEGER),
        Fact("dti", FactType.DECIMAL, scale=2),
        Fact("coverage", FactType.DECIMAL, scale=4),
        Fact("purpose", FactType.ENUM, values=("vacation", "car", "home")),
        Fact("grade", FactType.ENUM, values=("A", "B", "C")),
        Fact("bankrupt", FactType.BOOLEAN),
        Fact("founded", FactType.DATE),
        Fact("signed", FactType.DATE),
        Fact("age", FactType.INTEGER, protected=True),
    )
}
NAMES = {name: Type.of_fact(fact) for name, fact in FACTS.items()}
AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

APPLICATION: Mapping[str, Any] = {
    "amount": 1_500_000,
    "revenue": 80_000_050,
    "employees": 12,
    "term": 36,
    "dti": Decimal("0.35"),
    "coverage": Decimal("1.2500"),
    "purpose": "car",
    "grade": "B",
    "bankrupt": False,
    "founded": date(2020, 2, 29),
    "signed": date(2026, 1, 31),
}


def expression(text: str, expected: str | None = None) -> Typed:
    """The typed expression, brought to the type of fact `expected`."""
    return check_expression(parse_expression(text), NAMES, None if expected is None else NAMES[expected])


def condition(text: str) -> Typed:
    """The typed condition."""
    return check_condition(parse_expression(text), NAMES)


def cell(column: str, text: str) -> Typed:
    """The typed cell of a column."""
    return check_cell(parse_unary_tests(text), column, NAMES)


def interpreted(typed: Typed, facts: Mapping[str, Any]) -> Any:
    """The value by the closures, which get no other facts than those that the expression says it reads."""
    names = sorted(names_in(typed))
    known = clock() | facts
    return interpret(typed, {name: slot for slot, name in enumerate(names)})([known.get(name) for name in names])


def generated(typed: Typed, facts: Mapping[str, Any]) -> Any:
    """The value by the generated code; raises `Unknown`. Every fact that the expression reads must be there."""
    names = sorted(names_in(typed))
    variables = {name: f"v{slot}" for slot, name in enumerate(names)}
    constants = Constants()
    parameters = ast.arguments([], [ast.arg(variable) for variable in variables.values()], None, [], [], None, [])
    tree = ast.Expression(ast.Lambda(parameters, generate(typed, variables, constants)))
    function = eval(compile(ast.fix_missing_locations(tree), "generated", "eval"), dict(constants.values))
    known = clock() | facts
    return function(*(known[name] for name in names))


def value(text: str, expected: str | None = None, **facts: Any) -> Any:
    """The value of an expression for the application above, with `facts` in place of its own."""
    return interpreted(expression(text, expected), {**APPLICATION, **facts})


def holds(column: str, text: str, **facts: Any) -> Any:
    """What a cell says of the application above, with `facts` in place of its own."""
    return interpreted(cell(column, text), {**APPLICATION, **facts})


def clock() -> dict[str, Any]:
    """What the clock of the decision says."""
    return {TODAY: AS_OF.date(), NOW: AS_OF}


def facts(*, missing: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all facts, most of them at a boundary or small; None among them where some are `missing`."""
    minor = st.sampled_from([0, 1, 99, 10_000, 750_000, MAX_MINOR]) | st.integers(0, 10**9)
    days = st.sampled_from([date(2024, 2, 29), date(2026, 1, 31), date.min, date.max]) | st.dates()
    values: dict[str, st.SearchStrategy[Any]] = {
        "amount": minor,
        "revenue": minor | st.integers(-(10**9), 10**9),
        "employees": st.sampled_from([0, 1, 10, 36, MAX_MINOR]) | st.integers(0, 100),
        "term": st.sampled_from([-MAX_MINOR, -1, 0, 12]) | st.integers(-100, 100),
        "dti": st.sampled_from([Decimal("0.00"), Decimal("0.35"), Decimal("-1.00")]) | st.decimals(-10, 10, places=2),
        "coverage": st.sampled_from([Decimal("1.0000"), Decimal("1.2500")]) | st.decimals(-(10**12), 10**12, places=4),
        "purpose": st.sampled_from(FACTS["purpose"].values),
        "grade": st.sampled_from(FACTS["grade"].values),
        "bankrupt": st.booleans(),
        "founded": days,
        "signed": days,
    }
    if missing:
        values = {name: strategy | st.none() for name, strategy in values.items()}
    return st.fixed_dictionaries(values)


def _texts(*forms: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The forms, with `{part}` in them replaced by a text of that part."""
    filled = st.fixed_dictionaries(parts)
    return st.tuples(st.sampled_from(forms), filled).map(lambda drawn: drawn[0].format(**drawn[1]))


def conditions() -> st.SearchStrategy[str]:
    """Boolean expressions, well typed."""
    return _kinds()["condition"]


def values_of(kind: str) -> st.SearchStrategy[str]:
    """Well-typed expressions of a kind: `number`, `money`, `date`, `days`, `months`, `text` or `condition`."""
    return _kinds()[kind]


def _kinds() -> dict[str, st.SearchStrategy[str]]:
    literal = st.sampled_from(["0", "1", "2.5", "-3", "0.01", "12", "7500", "1e3", "0.333"])
    leaves = {
        "number": literal | st.sampled_from(["employees", "term", "dti", "coverage", "signed.year", "founded.weekday"]),
        "money": st.sampled_from(["amount", "revenue"]),
        "date": st.sampled_from(["founded", "signed", "today()", 'date("2024-02-29")', '@"2026-01-31"']),
        "days": st.sampled_from(['duration("P30D")', "(signed - founded)", 'duration("-P1D")']),
        "months": st.sampled_from(['duration("P1Y6M")', "years and months duration(founded, signed)", '@"-P1M"']),
        "text": st.sampled_from(["purpose", "grade", '"car"', "upper case(grade)"]),
        "condition": st.sampled_from(["bankrupt", "true", '(purpose = "car")', "(amount > 7500)", "(dti <= 0.35)"]),
    }
    parts = leaves
    for _ in range(3):
        parts = {kind: st.one_of(leaf, *2 * [_compound(kind, parts, literal)]) for kind, leaf in leaves.items()}
    return parts


_FORMS = {
    "number": (
        "({n} + {m})",
        "({n} - {m})",
        "({n} * {m})",
        "({n} / {m})",
        "(-{n})",
        "({n} ** 2)",
        "abs({n})",
        "floor({n})",
        "min({n}, {m})",
        "max([{n}, {m}, {l}])",
        "sum({n}, {m})",
        "mean({n}, {m})",
        "modulo({n}, {m})",
        "sqrt({n})",
        "round half up({n}, 2)",
        "decimal({n}, 1)",
        "ceiling({n})",
        "({a} / {b})",
        "(if {c} then {n} else {m})",
        "({d} - {e}).days",
        "({o}).years",
        "({o}).months",
        "string length({t})",
        "({e}).month",
        "({g} / {g})",
    ),
    "money": (
        "({a} + {b})",
        "({a} - {b})",
        "({a} * {n})",
        "({n} * {a})",
        "({a} / {n})",
        "(-{a})",
        "abs({a})",
        "floor({a})",
        "min({a}, {b})",
        "max({a}, {l})",
        "sum([{a}, {b}])",
        "mean({a}, {b})",
        "modulo({a}, {l})",
        "({a} + {l})",
        "round down({a}, -3)",
        "round half up({a}, 1)",
        "(if {c} then {a} else {b})",
        "(if {c} then {l} else {a})",
    ),
    "date": (
        "({d} + {g})",
        "({d} - {g})",
        "({d} + {o})",
        "({d} - {o})",
        "({o} + {d})",
        "min({d}, {e})",
        "(if {c} then {d} else {e})",
        "date(2024, 2, {n})",
    ),
    "days": ("({g} + {g})", "({d} - {e})", "(-({g}))", "abs({g})", "max({g}, {g})"),
    "months": ("({o} + {o})", "({o} - {o})", "abs({o})", "years and months duration({d}, {e})"),
    "text": (
        "({t} + {u})",
        "lower case({t})",
        "substring({t}, 1, 2)",
        "(if {c} then {t} else {u})",
        "substring({t}, -1)",
    ),
    "condition": (
        "({n} < {m})",
        "({n} >= {l})",
        "({n} = {m})",
        "({a} != {b})",
        "({a} > {l})",
        "({d} <= {e})",
        "({g} < {g})",
        "({c} and {f})",
        "({c} or {f})",
        "not({c})",
        "({c} = {f})",
        "({o} > {o})",
        "({t} = upper case({u}))",
        "({n} between {l} and {m})",
        "({a} in [{l}..{b}])",
        "({n} in ({l}, < {m}))",
        '(purpose in ("car", "home"))',
        'contains({t}, "a")',
        'matches({t}, "^[ch]")',
        "({d} = null)",
        "({n} != null)",
        "odd({n})",
        'list contains(["A", "C"], grade)',
        "(if {c} then {f} else {c})",
        "(some x in [1, 2, {n}] satisfies x > {l})",
        "(count([{a}, {b}]) = 2)",
        "(sum([{n}, {m}][item > 1]) > {l})",
        "({d} in ({e}, [{e}..{d}]))",
    ),
}


def _compound(
    kind: str, parts: Mapping[str, st.SearchStrategy[str]], literal: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    letters = {"n": "number", "m": "number", "a": "money", "b": "money", "d": "date", "e": "date", "g": "days"}
    letters |= {"o": "months", "t": "text", "u": "text", "c": "condition", "f": "condition"}

    def filled(form: str) -> st.SearchStrategy[str]:
        used = {letter: parts[of] for letter, of in letters.items() if f"{{{letter}}}" in form}
        if "{l}" in form:
            used["l"] = literal
        return _texts(form, **used)

    return st.sampled_from(_FORMS[kind]).flatmap(filled)


def number_cells() -> st.SearchStrategy[str]:
    """Cells of a column of numbers or money: comparisons, intervals, values, and their negation."""
    bound = st.decimals(-20, 20, places=3).map(str) | st.integers(-20, 20).map(str)
    test = st.one_of(
        _texts("{sign} {bound}", sign=st.sampled_from(["<", "<=", ">", ">="]), bound=bound),
        _texts("[{low}..{high}]", "({low}..{high}]", "[{low}..{high})", "({low}..{high})", low=bound, high=bound),
        st.integers(-20, 20).map(str),
    )
    tests = st.lists(test, min_size=1, max_size=4).map(", ".join)
    return st.one_of(tests, tests.map(lambda text: f"not({text})"), st.just("-"))


def cells() -> st.SearchStrategy[tuple[str, str]]:
    """Columns and cells of them, some of which read other facts."""
    any_number = number_cells() | st.sampled_from(["> term", "[0..employees)", "odd(?)", "? * 2 > employees", "null"])
    amounts = number_cells() | st.sampled_from(["> revenue", "<= 0.5 * revenue", "? / 2 in [1..revenue]", "not(null)"])
    return st.one_of(
        st.tuples(st.sampled_from(["term", "employees", "coverage"]), any_number),
        st.tuples(st.just("amount"), amounts),
        st.tuples(st.just("purpose"), st.sampled_from(['"car"', '"car", "home"', 'not("car")', 'contains(?, "a")'])),
        st.tuples(
            st.just("bankrupt"), st.sampled_from(["true", "false", "not(true)", "employees > 3", "? or term > 3"])
        ),
        st.tuples(
            st.just("founded"), st.sampled_from(["< signed", '>= date("2024-02-29")', "[founded..signed]", "null"])
        ),
    )
