"""The types of a model: its item definitions, and those of the models it imports (DMN 1.5, 7.3.3)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from shared.dmn.faults import DmnError, syntax_fault
from shared.dmn.model import FunctionItem, Import, ItemDefinition, Model
from shared.feel.evaluate import Run, compile_unary_tests
from shared.feel.syntax import FeelSyntaxError, parse_unary_tests
from shared.feel.types import ANY, BUILT_IN, NUMBER, Constrained, ContextOf, FeelType, FunctionOf, ListOf
from shared.feel.values import MIDNIGHT_UTC, Date, DateTime, Value

_DEPTH: Final = 50
_PARTS: Final = 5_000
_STEPS: Final = 10_000
_TIMELESS: Final = DateTime(Date(1970, 1, 1), MIDNIGHT_UTC)
_ALIASES: Final[Mapping[str, FeelType]] = dict.fromkeys(("integer", "long", "double"), NUMBER)
"""What Camunda's modeler calls numbers."""


class ItemTypes:
    """The types that the names of a model mean. Each is made when it is first asked for."""

    def __init__(self, model: Model, others: "Mapping[str, ItemTypes]") -> None:
        """Know the definitions of a model. `others` are the types of all models by their namespaces, added later."""
        self._model = model
        self._others = others
        self._definitions = {definition.name: definition for definition in model.item_definitions}
        self._made: dict[str, FeelType] = {}
        self._depth = 0
        # Sizes are known by identity, which holds as long as the types are kept.
        self._sizes: dict[int, int] = {}
        self._kept: list[FeelType] = []

    def type_of(self, name: str | None, line: int = 0) -> FeelType:
        """The type of a name, `Any` for None. Raises DmnError for unknown names and for types made of themselves."""
        if name is None:
            return ANY
        plain = name.removeprefix("feel:")
        if plain not in self._made:
            self._made[plain] = self._find(plain, line)
        return self._made[plain]

    def allowed_values(self, name: str | None) -> str | None:
        """The allowed values of a named type, as written, by way of the types it stands for."""
        for _ in range(_DEPTH):
            definition = self._definitions.get(name or "")
            if definition is None:
                break
            if definition.allowed_values:
                return definition.allowed_values
            name = definition.type_ref
        return None

    def names(self) -> Iterator[str]:
        """The names of the types that are known here: those of the model and, behind their prefixes, of its imports."""
        yield from self._definitions
        for each, types in self._imports():
            yield from (each.name + "." * bool(each.name) + name for name in types._definitions)

    def component_names(self) -> Iterator[str]:
        """The names of all components in the model, which stand behind the dots of paths."""
        waiting = list(self._definitions.values())
        while waiting:
            definition = waiting.pop()
            yield from (component.name for component in definition.components)
            waiting.extend(definition.components)

    def _imports(self) -> "Iterator[tuple[Import, ItemTypes]]":
        return ((each, self._others[each.namespace]) for each in self._model.imports if each.namespace in self._others)

    def _size(self, type_: FeelType) -> int:
        """The number of parts of a type written out. A type used twice in another counts twice: sizes can double."""
        if id(type_) not in self._sizes:
            match type_:
                case Constrained(part, _, _) | ListOf(part):
                    parts: tuple[FeelType, ...] = (part,)
                case ContextOf(entries):
                    parts = tuple(part for _, part in entries)
                case FunctionOf(parameters, result):
                    parts = (*(parameters or ()), result)
                case _:
                    parts = ()
            self._kept.append(type_)
            self._sizes[id(type_)] = 1 + sum(self._size(part) for part in parts)
        return self._sizes[id(type_)]

    def _find(self, name: str, line: int) -> FeelType:
        if name in self._definitions:
            return self._define(self._definitions[name])
        for each, types in self._imports():
            prefix = each.name + "." * bool(each.name)
            if name.startswith(prefix) and name.removeprefix(prefix) in types._definitions:
                return types.type_of(name.removeprefix(prefix), line)
        found = BUILT_IN.get(name) or _ALIASES.get(name)
        if found is None:
            raise DmnError(f"unknown type `{name}`", self._model.source, line)
        return found

    def _define(self, definition: ItemDefinition) -> FeelType:
        self._depth += 1
        try:
            if self._depth > _DEPTH:
                message = f"the type `{definition.name}` is made of itself, or of too many others"
                raise DmnError(message, self._model.source, definition.line)
            type_ = self._constrained(definition)
        finally:
            self._depth -= 1
        if self._size(type_) > _PARTS:
            message = f"the type `{definition.name}` has more than {_PARTS:,} parts"
            raise DmnError(message, self._model.source, definition.line)
        return type_

    def _constrained(self, definition: ItemDefinition) -> FeelType:
        type_ = self._base(definition)
        if definition.allowed_values:
            type_ = Constrained(type_, self._test(definition.allowed_values, definition.line), definition.name)
        if definition.is_collection:
            type_ = ListOf(type_)
        if definition.type_constraint:
            type_ = Constrained(type_, self._test(definition.type_constraint, definition.line), definition.name)
        return type_

    def _test(self, text: str, line: int) -> Callable[[Value], bool]:
        """The test of the values that a type allows, which depend on nothing else."""
        try:
            compiled = compile_unary_tests(parse_unary_tests(text, frozenset(self.component_names())))
        except FeelSyntaxError as error:
            raise syntax_fault(error, text, self._model.source, line) from None
        return lambda value: compiled.evaluate({"?": value}, Run(_TIMELESS, budget=_STEPS)) is True

    def _base(self, definition: ItemDefinition) -> FeelType:
        if definition.function is not None:
            return self._function(definition.function)
        if definition.components:
            return ContextOf(tuple((each.name, self._define(each)) for each in definition.components))
        return self.type_of(definition.type_ref, definition.line)

    def _function(self, item: FunctionItem) -> FeelType:
        parameters = tuple(self.type_of(parameter.type_ref, parameter.line) for parameter in item.parameters)
        return FunctionOf(parameters, self.type_of(item.output_type_ref, item.line))
