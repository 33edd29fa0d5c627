"""The requirements graph: which element each reference means, and in which order decisions are made (DMN 1.5, 6.2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from shared.dmn.faults import DmnError
from shared.dmn.model import Decision, DecisionService, InputData, KnowledgeModel, Model, Reference

Key = tuple[str, str]
"""The namespace of a model and the id of an element in it."""

Element = InputData | Decision | KnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class Requirement:
    """An element that another requires, known there as `name`, or, from an import with a name, as `prefix.name`."""

    key: Key
    name: str
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """An element, the model it stands in, and what it requires."""

    key: Key
    element: Element
    model: Model
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """What a decision service resolves to: its parameters, in order, and the decisions whose values it gives."""

    parameters: tuple[Key, ...]
    outputs: tuple[Key, ...]


class Graph:
    """The elements of some models, their references resolved. It has no cycle of decisions."""

    def __init__(self, models: Sequence[Model]) -> None:
        """Resolve all references.

        Raises DmnError for two models of one namespace, an import that is not there, two elements of one id, two of a
        kind with one name, a reference to nothing, and decisions that require each other.
        """
        self.models: dict[str, Model] = {}
        for model in models:
            if model.namespace in self.models:
                raise DmnError(f"a second model of the namespace {model.namespace}", model.source)
            self.models[model.namespace] = model
        elements = dict(chain.from_iterable(_elements(model) for model in models))
        _check_distinct(models)
        self._elements: Mapping[Key, tuple[Element, Model]] = elements
        self.nodes = {key: self._node(key, element, model) for key, (element, model) in elements.items()}
        self.services = {
            key: self._service(element, model)
            for key, (element, model) in elements.items()
            if isinstance(element, DecisionService)
        }
        self.order(key for key, (element, _) in elements.items() if isinstance(element, Decision))

    def order(self, wanted: Iterable[Key], given: Collection[Key] = frozenset()) -> tuple[Key, ...]:
        """The decisions to make for the `wanted` ones, each after those it requires; `given` ones are not made.

        Raises DmnError for decisions that require each other.
        """
        finished: dict[Key, None] = {}
        under_way: set[Key] = set()
        for start in wanted:
            path = [start]
            while path:
                key = path[-1]
                required = [] if key in finished or key in given else self._required_decisions(key)
                missing = [each for each in required if each not in finished and each not in given]
                if missing and key not in under_way:
                    under_way.add(key)
                    path.extend(missing)
                    if looping := next((each for each in missing if each in under_way), None):
                        raise self._cycle(looping)
                    continue
                path.pop()
                if key not in given:
                    finished[key] = None
        return tuple(finished)

    def _required_decisions(self, key: Key) -> Iterator[Key]:
        return (each.key for each in self.nodes[key].requirements if isinstance(self.nodes[each.key].element, Decision))

    def _cycle(self, key: Key) -> DmnError:
        node = self.nodes[key]
        return DmnError(
            f"`{node.element.name}` requires itself, by way of others", node.model.source, node.element.line
        )

    def _node(self, key: Key, element: Element, model: Model) -> Node:
        match element:
            case Decision():
                references = (*element.information, *element.knowledge)
            case KnowledgeModel():
                references = element.knowledge
            case _:
                references = ()
        return Node(key, element, model, tuple(self._requirement(reference, model) for reference in references))

    def _service(self, service: DecisionService, model: Model) -> Service:
        if not service.output_decisions:
            raise DmnError(f"`{service.name}` has no output decision", model.source, service.line)
        given = (*service.input_data, *service.input_decisions)
        parameters = [self._requirement(reference, model) for reference in given]
        if len({each.name for each in parameters}) < len(parameters):
            raise DmnError(f"`{service.name}` has two inputs of one name", model.source, service.line)
        for reference in service.encapsulated_decisions:
            self._requirement(reference, model)
        return Service(
            tuple(each.key for each in parameters),
            tuple(self._requirement(reference, model).key for reference in service.output_decisions),
        )

    def _requirement(self, reference: Reference, model: Model) -> Requirement:
        namespace, _, identifier = reference.href.rpartition("#")
        key = (namespace or model.namespace, identifier)
        if key not in self._elements:
            raise DmnError(f"there is no element `{reference.href}`", model.source, reference.line)
        name = self._elements[key][0].name
        if key[0] == model.namespace:
            return Requirement(key, name, None)
        for each in model.imports:
            if each.namespace == key[0]:
                return Requirement(key, name, each.name or None)
        raise DmnError(f"`{reference.href}` is in a model that is not imported", model.source, reference.line)


def _elements(model: Model) -> Iterator[tuple[Key, tuple[Element, Model]]]:
    """The elements of a model under their ids. Those without an id cannot be required, and go by kind and name."""
    seen: set[str] = set()
    for element in _of_all_kinds(model):
        identifier = element.id or f"{type(element).__name__} {element.name}"
        if identifier in seen:
            raise DmnError(f"a second element with the id `{identifier}`", model.source, element.line)
        seen.add(identifier)
        yield (model.namespace, identifier), (element, model)


def _of_all_kinds(model: Model) -> Iterator[Element]:
    return chain(model.input_data, model.decisions, model.knowledge_models, model.decision_services)


def _check_distinct(models: Sequence[Model]) -> None:
    present = {model.namespace for model in models}
    for model in models:
        seen: set[tuple[type, str]] = set()
        for element in _of_all_kinds(model):
            if (type(element), element.name) in seen:
                raise DmnError(f"a second element with the name `{element.name}`", model.source, element.line)
            seen.add((type(element), element.name))
        for each in model.imports:
            if each.import_type.rstrip("/").endswith("/MODEL") and each.namespace not in present:
                raise DmnError(f"the imported model {each.namespace} is not here", model.source, each.line)
