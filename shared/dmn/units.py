"""The elements of linked models, compiled: each once, when it is first needed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.dmn import boxed
from shared.dmn.compile import ExpressionCompiler, Names, Texts
from shared.dmn.faults import DmnError
from shared.dmn.graph import Graph, Key, Node
from shared.dmn.item_types import ItemTypes
from shared.dmn.model import BoxedFunction, Decision, DecisionTable, KnowledgeModel, Model, Variable
from shared.dmn.walk import entry_names
from shared.feel.evaluate import Compiled, Frames
from shared.feel.types import FeelType, FunctionOf

Parameters = tuple[tuple[str, FeelType], ...]

_SERVICE_FRAMES = 8


@dataclass(frozen=True, slots=True)
class DecisionUnit:
    """The logic of a decision, and the type of its value."""

    logic: Compiled
    type: FeelType


@dataclass(frozen=True, slots=True)
class FunctionUnit:
    """The logic of a business knowledge model, its parameters, and the type of what it gives."""

    parameters: Parameters
    logic: Compiled
    type: FeelType


@dataclass(frozen=True, slots=True)
class ServiceUnit:
    """A decision service: its parameters, the elements that these stand for, the type of what it gives, its frames."""

    parameters: Parameters
    given: tuple[Key, ...]
    outputs: tuple[Key, ...]
    type: FeelType
    frames: Frames


class Units:
    """Compiles the elements of a graph."""

    def __init__(self, graph: Graph) -> None:
        """Prepare the types of all models; expressions are compiled later."""
        self.graph = graph
        self._types: dict[str, ItemTypes] = {}
        for namespace, model in graph.models.items():
            self._types[namespace] = ItemTypes(model, self._types)
        members = frozenset(name for each, types in self._types.items() for name in _members(graph.models[each], types))
        self._texts = {name: Texts(graph.models[name].source, types, members) for name, types in self._types.items()}
        self._decisions: dict[Key, DecisionUnit] = {}
        self._functions: dict[Key, FunctionUnit] = {}
        self._services: dict[Key, ServiceUnit] = {}

    @property
    def faults(self) -> tuple[DmnError, ...]:
        """What is wrong with what was compiled so far."""
        return tuple(fault for texts in self._texts.values() for fault in texts.faults)

    def variable_type(self, key: Key) -> FeelType:
        """The type of the variable of an element."""
        variable = self.graph.nodes[key].element.variable
        return self._texts[key[0]].type_of(variable.type_ref, variable.line)

    def decision(self, key: Key) -> DecisionUnit:
        """The unit of a decision."""
        if key not in self._decisions:
            node = self.graph.nodes[key]
            assert isinstance(node.element, Decision)
            part = ExpressionCompiler(self._texts[key[0]]).part(node.element.expression, _known(node))
            self._decisions[key] = DecisionUnit(Compiled(part.code, part.frames), self.variable_type(key))
        return self._decisions[key]

    def function(self, key: Key) -> FunctionUnit:
        """The unit of a business knowledge model."""
        if key not in self._functions:
            node = self.graph.nodes[key]
            knowledge = node.element
            assert isinstance(knowledge, KnowledgeModel)
            parameters: list[tuple[str, FeelType]] = []
            part = boxed.null()
            if knowledge.function is not None:
                definition, known = _with_parameters(knowledge.function), _known(node) | {knowledge.name}
                parameters, part = ExpressionCompiler(self._texts[key[0]]).function_parts(definition, known)
            logic = Compiled(part.code, part.frames)
            self._functions[key] = FunctionUnit(tuple(parameters), logic, _result_type(self.variable_type(key)))
        return self._functions[key]

    def service(self, key: Key) -> ServiceUnit:
        """The unit of a decision service."""
        if key not in self._services:
            service = self.graph.services[key]
            nodes = self.graph.nodes
            parameters = ((nodes[each].element.name, self.variable_type(each)) for each in service.parameters)
            inside = self.graph.order(service.outputs, frozenset(service.parameters))
            frames = [self.decision(each).logic.frames for each in inside]
            self._services[key] = ServiceUnit(
                tuple(parameters),
                service.parameters,
                service.outputs,
                _result_type(self.variable_type(key)),
                Frames(
                    _SERVICE_FRAMES + max((each.all for each in frames), default=0),
                    _SERVICE_FRAMES + max((each.calling for each in frames), default=0),
                ),
            )
        return self._services[key]

    def compile_all(self) -> tuple[DmnError, ...]:
        """Compile everything, and return all that is wrong with it."""
        for key, node in self.graph.nodes.items():
            if isinstance(node.element, Decision):
                self.decision(key)
            elif isinstance(node.element, KnowledgeModel):
                self.function(key)
            else:
                self.variable_type(key)
        return self.faults


def _with_parameters(definition: BoxedFunction) -> BoxedFunction:
    """A decision table alone makes a function, its input expressions being the parameters (DMN 1.5, 10.2.1.7)."""
    if definition.parameters or not isinstance(definition.body, DecisionTable):
        return definition
    inputs = (column.expression for column in definition.body.inputs)
    return replace(definition, parameters=tuple(Variable(each.text, each.type_ref, line=each.line) for each in inputs))


def _result_type(type_: FeelType) -> FeelType:
    """The variable of a function may have the type of the function or, in older models, that of its result."""
    return type_.result if isinstance(type_, FunctionOf) else type_


def _known(node: Node) -> Names:
    """The names that an element's logic may use: those of what it requires, and of the models these come from."""
    return frozenset(name for each in node.requirements for name in (each.name, each.prefix) if name is not None)


def _members(model: Model, types: ItemTypes) -> Iterator[str]:
    """The names that may stand behind dots: components, entries, and, in models that import this one, its elements."""
    yield from types.component_names()
    yield from entry_names(model)
    for elements in (model.input_data, model.decisions, model.knowledge_models, model.decision_services):
        yield from (element.name for element in elements)
