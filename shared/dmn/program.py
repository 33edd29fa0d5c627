"""Linked models, ready to be evaluated any number of times: decisions, decision services, business knowledge models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.dmn.boxed import coerced
from shared.dmn.evaluation import Evaluation, decided_by
from shared.dmn.faults import DmnError
from shared.dmn.graph import Element, Graph, Key
from shared.dmn.model import Decision, DecisionService, InputData, KnowledgeModel, Model
from shared.dmn.units import Units
from shared.feel.evaluate import Run, call_function
from shared.feel.values import DateTime, FeelError, Value

Inputs = Mapping[str, Value]
"""Values by the names of input data. That of one model among several can be called `{namespace}name`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an evaluation came to and, in words, why parts of it became null."""

    value: Value
    notes: tuple[str, ...]


class Program:
    """A model and those it imports. It never changes, and one evaluation knows nothing of another."""

    def __init__(self, models: Sequence[Model]) -> None:
        """Link models, the first being the one that is asked. Raises DmnError, see `Graph`."""
        self._namespace = models[0].namespace
        self._units = Units(Graph(models))
        self._inputs = [
            (key, node.element.name)
            for key, node in self._units.graph.nodes.items()
            if isinstance(node.element, InputData)
        ]
        self._named: dict[tuple[type, str], Key] = {
            (type(node.element), node.element.name): key
            for key, node in self._units.graph.nodes.items()
            if key[0] == self._namespace
        }

    def check(self) -> tuple[DmnError, ...]:
        """All that is wrong with the expressions and types of the models. What is wrong evaluates to null."""
        return self._units.compile_all()

    def evaluate_decision(self, name: str, inputs: Inputs, as_of: DateTime) -> Result:
        """The value of a decision. Raises DmnError when the model has no decision of this name."""
        key, run = self._key(Decision, name), Run(as_of)
        [value] = Evaluation(self._units, run, self._given(inputs, run)).values([key])
        return _result(value, run)

    def evaluate_service(self, name: str, inputs: Inputs, as_of: DateTime) -> Result:
        """What a decision service gives for values of its input data and input decisions. Raises DmnError as above."""
        key, run = self._key(DecisionService, name), Run(as_of)
        service = self._units.service(key)
        given = {
            each: coerced(inputs.get(parameter), type_, run)
            for each, (parameter, type_) in zip(service.given, service.parameters, strict=True)
        }
        value = coerced(decided_by(self._units, run, key, given), service.type, run)
        return _result(value, run)

    def outputs_of(self, name: str) -> tuple[str, ...]:
        """The names of the output decisions of a decision service. With one, its value is what the service gives."""
        outputs = self._units.service(self._key(DecisionService, name)).outputs
        return tuple(self._units.graph.nodes[key].element.name for key in outputs)

    def call_knowledge_model(self, name: str, arguments: Inputs, as_of: DateTime) -> Result:
        """What a business knowledge model gives for named arguments. Raises DmnError as above."""
        key, run = self._key(KnowledgeModel, name), Run(as_of)
        function = Evaluation(self._units, run, {}).function(key)
        try:
            value = call_function(function, list(arguments.values()), list(arguments))
        except FeelError as error:
            run.note(error)
            value = None
        return _result(value, run)

    def _key(self, kind: type[Element], name: str) -> Key:
        key = self._named.get((kind, name))
        if key is None:
            raise DmnError(f"there is no {_KINDS[kind]} `{name}`", self._units.graph.models[self._namespace].source)
        return key

    def _given(self, inputs: Inputs, run: Run) -> dict[Key, Value]:
        """The values of all input data that have one, made to fit their types."""
        given: dict[Key, Value] = {}
        used: set[str] = set()
        for key, name in self._inputs:
            qualified = f"{{{key[0]}}}{name}"
            called = qualified if qualified in inputs else name
            if called in inputs:
                given[key] = coerced(inputs[called], self._units.variable_type(key), run)
                used.add(called)
        for called in inputs.keys() - used:
            run.note(f"there is no input `{called}`")
        return given


_KINDS: Final[Mapping[type[Element], str]] = {
    Decision: "decision",
    DecisionService: "decision service",
    KnowledgeModel: "business knowledge model",
}


def _result(value: Value, run: Run) -> Result:
    return Result(None if run.exhausted else value, tuple(run.notes))


def load(models: Sequence[Model]) -> Program:
    """Link a model with those it imports: the first is the one that is asked.

    Raises DmnError for what cannot be linked: imports and elements that are not there, names and ids that come twice,
    decisions that require one another. `Program.check` tells what is wrong inside the expressions.
    """
    return Program(models)
