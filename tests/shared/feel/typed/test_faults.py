"""What a check refuses, in the words of those who write policies, with the place and a hint."""

import pytest

from shared.feel.typed import NOW, TODAY, TypeFault, TypeFaults, name_fault, names_in
from tests.shared.feel.typed.language import NAMES, cell, condition, expression


def faults_of(text: str, column: str | None = None, expected: str | None = None) -> tuple[TypeFault, ...]:
    with pytest.raises(TypeFaults) as caught:
        cell(column, text) if column is not None else expression(text, expected)
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dtii > 3", "unknown fact `dtii`; did you mean `dti`?"),
        ("age > 18", "protected fact `age` may not be used"),
        ("foor(dti)", "unknown function `foor`; did you mean `floor`?"),
        ('substring("abc")', "`substring` is called as substring(string, start position, length?)"),
        ("today(1)", "`today` takes no arguments"),
        ('purpose > "car"', "`purpose` is an enum: its values have no order"),
        ("bankrupt > 3", "`bankrupt` is a boolean: its values have no order"),
        ('purpose = "vacatoin"', '`purpose` has no value "vacatoin"; did you mean "vacation"?'),
        ("purpose = grade", "`purpose` and `grade` have no value in common"),
        ("dti = 1.005", "`1.005` has more decimals than `dti` can have (2)"),
        ("employees = 1.5", "`1.5` has more decimals than `employees` can have (0)"),
        ("amount = 0.001", "`0.001` has more decimals than `amount` can have (2)"),
        ("amount * revenue", "`amount` is money and `revenue` is money: they cannot be multiplied"),
        (
            "amount + employees",
            "`amount` is money and `employees` is an integer: they cannot be added; "
            "money goes with money, or with a number written out",
        ),
        (
            "amount > dti * 100",
            "`amount` is money and `dti * 100` is a decimal: they cannot be compared; "
            "money goes with money, or with a number written out",
        ),
        ("founded > 3", "`founded` is a date and `3` is an integer: they cannot be compared"),
        ("founded + signed", "`founded` is a date and `signed` is a date: they cannot be added"),
        (
            'duration("P1Y") > duration("P30D")',
            '`duration("P1Y")` is a duration in months and `duration("P30D")` is a duration in days: '
            "they cannot be compared",
        ),
        ("purpose + 1", "`purpose` is an enum and `1` is an integer: they cannot be added"),
        ("-purpose", "`purpose` is an enum, which has no negative"),
        ("employees and bankrupt", "`employees` is an integer, where something true or false is needed"),
        ("if dti then 1 else 2", "`dti` is a decimal, where something true or false is needed"),
        (
            'if bankrupt then 1 else "no"',
            '`1` is an integer and `"no"` is text: a choice is between values of one kind',
        ),
        ("min(founded, 3)", "`founded` is a date and `3` is an integer: they have no `min`"),
        ("sum(purpose)", "`sum` needs numbers or money, and `purpose` is an enum"),
        ("string length(dti)", "`string length` needs text here, and `dti` is a decimal"),
        ("amount < null", "null has no order; ask for a missing value with `= null`"),
        ("1 / 0", "this has no value: a division by zero, or beyond the numbers there are"),
        ('date("2026-02-30") > founded', "`2026-02-30` is not a day of the calendar, written YYYY-MM-DD"),
        ('founded + duration("1Y")', "`1Y` is not a duration, such as P30D or P1Y6M"),
        ("signed.yaer", "a date has no property `yaer`; did you mean `year`?"),
        ("amount.year", "`amount` is money and has no property `year`"),
        ("? > 3", "`?` stands for the column of a cell, and this is not a cell"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(text: str, message: str) -> None:
    assert [str(fault) for fault in faults_of(text)] == [message]


def test_every_fault_of_an_expression_is_found_and_located() -> None:
    text = "dtii > 3 and amuont > 5 or purpose = 1"
    assert [(fault.code, text[slice(*fault.span)]) for fault in faults_of(text)] == [
        ("unknown_fact", "dtii"),
        ("unknown_fact", "amuont"),
        ("wrong_type", "1"),
    ]


@pytest.mark.parametrize(
    ("column", "text", "part"),
    [
        ("purpose", '"car", "vacatoin"', '"vacatoin"'),
        ("grade", '< "B"', '< "B"'),
        ("employees", "> terms", "terms"),
        ("amount", "[0..dti]", "dti"),
        ("term", '"twelve"', '"twelve"'),
    ],
)
def test_a_fault_in_a_cell_points_at_its_part(column: str, text: str, part: str) -> None:
    (fault,) = faults_of(text, column)
    assert text[slice(*fault.span)] == part


def test_a_cell_of_an_unknown_or_protected_column_is_refused() -> None:
    assert str(faults_of("> 18", "emploees")[0]) == "unknown fact `emploees`; did you mean `employees`?"
    assert str(faults_of("> 18", "age")[0]) == "protected fact `age` may not be used"
    assert name_fault("term", NAMES) is None


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        (
            "dti",
            "amount",
            "`dti` is a decimal, where money is needed; money goes with money, or with a number written out",
        ),
        ("amount", "dti", "`amount` is money, where a decimal is needed"),
        ("founded", "employees", "`founded` is a date, where an integer is needed"),
        ('if bankrupt then "A" else "Z"', "grade", '"Z" is not one of the values declared'),
        ("purpose", "grade", "`purpose` has none of the values declared"),
        ("1e30", "dti", "this is larger than any value it can have"),
    ],
)
def test_a_value_of_another_type_than_declared_is_refused(text: str, expected: str, message: str) -> None:
    assert [str(fault) for fault in faults_of(text, expected=expected)] == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("some x in [1, 2] satisfies x > dtii", "unknown fact `dtii`; did you mean `dti`?"),
        ("count([1, 2][item > trem]) = 1", "unknown fact `trem`; did you mean `term`?"),
        ("cuont([1, 2]) = 1", "unknown function `cuont`; did you mean `count`?"),
        ("{a: age}.a > 18", "protected fact `age` may not be used"),
        (
            'substring(string: "a", begin: 1) = "a" or count([]) = 0',
            "`substring` has no parameter `begin`; it is called as substring(string, start position, length?)",
        ),
    ],
)
def test_names_are_checked_inside_what_the_general_engine_evaluates(text: str, message: str) -> None:
    with pytest.raises(TypeFaults) as caught:
        condition(text)
    assert [str(fault) for fault in caught.value.faults] == [message]


def test_an_expression_lists_every_name_that_it_reads_and_no_local_one() -> None:
    assert names_in(expression("amount / revenue + dti")) == {"amount", "revenue", "dti"}
    assert names_in(cell("employees", "> term")) == {"employees", "term"}
    assert names_in(condition("some x in [1, term] satisfies x > employees")) == {"term", "employees"}
    assert names_in(condition("count([{a: 1, b: dti}][a > 0]) = 1")) == {"dti"}
    assert names_in(expression("today() - founded")) == {TODAY, "founded"}
    assert names_in(condition('now() > date and time("2026-01-01T00:00:00Z")')) == {NOW}
    assert names_in(cell("term", "-")) == frozenset()
