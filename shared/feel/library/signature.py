"""How a built-in function is called: its forms, what each parameter takes, and how arguments are made to fit.

A built-in has one or more forms (`before(point, range)`, `before(range, point)`, ...), and the first form that the
arguments fit is the one called. Arguments are converted as DMN 1.5, 10.3.2.9.4 says: a list of one item stands for
its item, and an item for a list of one. Arguments that fit no form raise FeelError; a null where no form admits null
makes the result null without a fault, for a missing fact is not an error of the expression.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from shared.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Function,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
    kind_of,
)


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that a parameter takes: those of the `classes`, or any value where there are no classes.

    `items` is the domain of the items of a list, where it matters.
    """

    name: str
    classes: tuple[type, ...] = ()
    items: "Domain | None" = None

    def __or__(self, other: "Domain") -> "Domain":
        return Domain(f"{self.name} or {other.name}", self.classes + other.classes)

    def holds(self, value: Value) -> bool:
        """Tell whether a value is in the domain as it is."""
        if self.classes and not isinstance(value, self.classes):
            return False
        return self.items is None or (isinstance(value, list) and all(map(self.items.holds, value)))


ANY = Domain("any")
NUMBER = Domain("number", (Decimal,))
STRING = Domain("string", (str,))
BOOLEAN = Domain("boolean", (bool,))
DATE = Domain("date", (Date,))
TIME = Domain("time", (Time,))
DATE_TIME = Domain("date and time", (DateTime,))
DAYS_DURATION = Domain("days and time duration", (DaysTimeDuration,))
MONTHS_DURATION = Domain("years and months duration", (YearsMonthsDuration,))
LIST = Domain("list", (list,))
CONTEXT = Domain("context", (dict,))
RANGE = Domain("range", (Range,))
FUNCTION = Domain("function", (Function,))
POINT = NUMBER | STRING | DATE | TIME | DATE_TIME | DAYS_DURATION | MONTHS_DURATION


def list_of(items: Domain) -> Domain:
    """The lists whose items are all in a domain."""
    return Domain(f"list<{items.name}>", (list,), items)


class _NullArgument(FeelError):
    """A null where the form takes none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a form.

    An `optional` one may be left out, a `nullable` one may be null, and a `variadic` one, always the last, takes
    all the arguments that remain, at least one. One that is `null_by_name` may be left out of named arguments only,
    and is null then.
    """

    name: str
    domain: Domain = ANY
    optional: bool = False
    nullable: bool = False
    variadic: bool = False
    null_by_name: bool = False

    def admit(self, value: Value) -> Value:
        """The argument as its function wants it. Raises FeelError where it does not fit."""
        domain = self.domain
        if value is None:
            if self.nullable:
                return None
            raise _NullArgument(f"`{self.name}` is null")
        if domain.holds(value):
            return value
        if isinstance(value, list):
            if len(value) == 1 and domain.holds(value[0]):
                return value[0]
        elif domain.holds([value]):
            return [value]
        raise FeelError(f"`{self.name}` takes a {domain.name}, not {_shown(value, domain)}")


def _shown(value: Value, domain: Domain) -> str:
    if domain.items is not None and isinstance(value, list):
        return "one with another item in it"
    return f"a {kind_of(value)}"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function: its parameters, and what is called with the arguments, in their order.

    Optional parameters left out at the end are not passed at all, so `apply` has defaults for them; the arguments of
    a variadic parameter are passed as one list. `arity` is the least and the greatest number of arguments, None for
    no greatest.
    """

    apply: Callable[..., Value]
    parameters: tuple[Parameter, ...]
    arity: tuple[int, int | None]

    def accepts(self, count: int) -> bool:
        """Tell whether the form can be called with so many arguments."""
        least, greatest = self.arity
        return least <= count and (greatest is None or count <= greatest)

    def bind(self, arguments: Sequence[Value]) -> list[Value]:
        """The arguments made to fit. Raises FeelError where one does not."""
        last = self.parameters[-1]
        if not last.variadic:
            return [parameter.admit(value) for parameter, value in zip(self.parameters, arguments, strict=False)]
        fixed = len(self.parameters) - 1
        bound = [parameter.admit(value) for parameter, value in zip(self.parameters, arguments[:fixed], strict=False)]
        bound.append([last.admit(value) for value in arguments[fixed:]])
        return bound

    def positions(self, names: Mapping[str, Value]) -> list[Value] | None:
        """Named arguments in the order of the parameters, None where names are missing or unknown."""
        known = [parameter.name for parameter in self.parameters]
        given = {**{parameter.name: None for parameter in self.parameters if parameter.null_by_name}, **names}
        missing = [parameter for parameter in self.parameters if parameter.name not in given]
        if not given.keys() <= set(known) or not all(parameter.optional for parameter in missing):
            return None
        count = max((known.index(name) for name in given), default=-1) + 1
        return [given.get(name) for name in known[:count]]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the language. `result` is the type of what it returns, as a type expression of FEEL."""

    name: str
    result: str
    forms: tuple[Form, ...]

    @property
    def parameters(self) -> tuple[tuple[Parameter, ...], ...]:
        """The parameters of each form, for checks before anything is evaluated."""
        return tuple(form.parameters for form in self.forms)

    @property
    def arities(self) -> tuple[tuple[int, int | None], ...]:
        """The least and the greatest number of arguments of each form, None for no greatest."""
        return tuple(form.arity for form in self.forms)

    @property
    def function(self) -> Function:
        """The built-in as a value, to be handed to other functions. Its parameters are those of the first form."""
        return Function(tuple(parameter.name for parameter in self.forms[0].parameters), self.invoke)

    def invoke(self, args: Sequence[Value]) -> Value:
        """The result for arguments in their order. Raises FeelError where they fit no form, or have no result."""
        return self._apply((form, args) for form in self.forms if form.accepts(len(args)))

    def invoke_named(self, args: Mapping[str, Value]) -> Value:
        """The result for named arguments. Raises FeelError as `invoke`, and for unknown and missing names."""
        placed = ((form, form.positions(args)) for form in self.forms)
        return self._apply((form, values) for form, values in placed if values is not None)

    def usage(self) -> str:
        """How the function is called: `substring(string, start position, length?)`, one form after the other."""
        return " or ".join(
            f"{self.name}({', '.join(_parameter_usage(parameter) for parameter in form.parameters)})"
            for form in self.forms
        )

    def _apply(self, candidates: Iterable[tuple[Form, Sequence[Value]]]) -> Value:
        fault: FeelError | None = None
        null = False
        for form, values in candidates:
            try:
                bound = form.bind(values)
            except _NullArgument:
                null = True
            except FeelError as error:
                fault = fault or error
            else:
                return self._result(form, bound)
        if null:
            return None
        if fault is not None:
            raise FeelError(f"{self.name}: {fault}")
        raise FeelError(f"`{self.name}` is called as {self.usage()}")

    def _result(self, form: Form, bound: list[Value]) -> Value:
        try:
            return form.apply(*bound)
        except FeelError as error:
            raise type(error)(f"{self.name}: {error}") from None
        except DecimalException:
            raise FeelError(f"{self.name}: a number is beyond those of FEEL") from None


def _parameter_usage(parameter: Parameter) -> str:
    return parameter.name + ("?" if parameter.optional else ", ..." if parameter.variadic else "")


def builtin(name: str, result: str, *forms: Form) -> Builtin:
    """A built-in of the forms given."""
    return Builtin(name, result, forms)


def form(apply: Callable[..., Value], *parameters: Parameter) -> Form:
    """A form of the parameters given."""
    least = sum(not parameter.optional for parameter in parameters)
    return Form(apply, parameters, (least, None if parameters[-1].variadic else len(parameters)))
