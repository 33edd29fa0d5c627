"""One evaluation of linked models: the values given to it, and those it has made from them (DMN 1.5, 10.4)."""

from collections.abc import Iterable, Mapping

from shared.dmn.boxed import coerced
from shared.dmn.graph import Key, Node
from shared.dmn.model import Decision, InputData, KnowledgeModel
from shared.dmn.units import Units
from shared.feel.evaluate import Run, define_function
from shared.feel.values import Function, Value


class Evaluation:
    """Makes decisions from values that are given: those of input data, and of the decisions that a service is given."""

    def __init__(self, units: Units, run: Run, given: Mapping[Key, Value]) -> None:
        """Begin with the values that are given, of the types they must have."""
        self._units = units
        self._run = run
        self._values: dict[Key, Value] = dict(given)
        self._functions: dict[Key, Function] = {}

    def values(self, wanted: Iterable[Key]) -> list[Value]:
        """The values of decisions, made after all that they require, each once."""
        keys = list(wanted)
        for key in self._units.graph.order(keys, self._values):
            self._values[key] = self._decide(key)
        return [self._values[key] for key in keys]

    def function(self, key: Key) -> Function:
        """A business knowledge model or a decision service as a function."""
        if key not in self._functions:
            knows = isinstance(self._units.graph.nodes[key].element, KnowledgeModel)
            self._functions[key] = self._knowledge_model(key) if knows else self._service(key)
        return self._functions[key]

    def _decide(self, key: Key) -> Value:
        unit, node = self._units.decision(key), self._units.graph.nodes[key]
        said = len(self._run.notes)
        value = coerced(unit.logic.evaluate(self._scope(node), self._run), unit.type, self._run)
        notes = self._run.notes
        notes[said:] = [f"{node.element.name}: {note}" for note in notes[said:]]
        return value

    def _scope(self, node: Node) -> dict[str, Value]:
        """The variables of an element: what it requires, that of other models within contexts named like them."""
        scope: dict[str, Value] = {}
        for each in node.requirements:
            value = self._required(each.key)
            if each.prefix is None:
                scope[each.name] = value
            else:
                imported = scope.setdefault(each.prefix, {})
                assert isinstance(imported, dict)
                imported[each.name] = value
        return scope

    def _required(self, key: Key) -> Value:
        element = self._units.graph.nodes[key].element
        if isinstance(element, Decision):
            return self._values[key]
        if isinstance(element, InputData):
            if key not in self._values:
                self._run.note(f"the input `{element.name}` has no value")
            return self._values.get(key)
        return self.function(key)

    def _knowledge_model(self, key: Key) -> Function:
        unit, node = self._units.function(key), self._units.graph.nodes[key]

        def invoke(bound: dict[str, Value]) -> Value:
            scope = {node.element.name: self.function(key), **self._scope(node), **bound}
            return unit.logic.code(scope, self._run)

        return define_function(unit.parameters, unit.type, invoke, self._run, unit.logic.frames)

    def _service(self, key: Key) -> Function:
        unit = self._units.service(key)

        def invoke(bound: dict[str, Value]) -> Value:
            given = {each: bound[name] for each, (name, _) in zip(unit.given, unit.parameters, strict=True)}
            return decided_by(self._units, self._run, key, given)

        return define_function(unit.parameters, unit.type, invoke, self._run, unit.frames)


def decided_by(units: Units, run: Run, service: Key, given: Mapping[Key, Value]) -> Value:
    """What a decision service gives: the value of its output decision, or the context of those of several."""
    outputs = units.service(service).outputs
    values = Evaluation(units, run, given).values(outputs)
    if len(outputs) == 1:
        return values[0]
    return {units.graph.nodes[key].element.name: value for key, value in zip(outputs, values, strict=True)}
