"""Decisions that only invoke a business knowledge model, as what that model does: a policy has no functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from services.policies.interchange.read.boxed import NoTextError, feel_of
from services.policies.interchange.read.source import Source, expression_of, name_of, text_of
from services.policies.interchange.read.substitution import (
    Allowance,
    Argument,
    NotSimpleError,
    Parse,
    argument,
    as_cell,
    as_expression,
    substituted,
)
from services.policies.interchange.vocabulary import ANYTHING
from shared.dmn.xml import Element
from shared.feel.library import BUILTINS
from shared.feel.syntax import FeelSyntaxError, normalise_name, parse_expression, tree

_PARSED: Final[Mapping[str, Parse]] = {
    "literalExpression": as_expression,
    "inputExpression": as_expression,
    "inputEntry": as_cell,
    "outputEntry": as_expression,
    "defaultOutputEntry": as_expression,
}
"""Elements whose texts may use parameters."""

_NAMED: Final = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_READ: Final = frozenset({"variable", "encapsulatedLogic", "extensionElements"})

Bindings = list[tuple[str | None, str]]
"""The arguments of a call, with the names of parameters if it names them."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What may be invoked, by the references to it; all names; the rules and characters that may be added yet."""

    source: Source
    functions: Mapping[str, Element]
    known: frozenset[str]
    components: frozenset[str]
    rules: Allowance
    allowance: Allowance


def inlined(source: Source, rules: int, characters: int) -> Source:
    """Return the model with decisions that only invoke business knowledge models as what these do.

    A business knowledge model that cannot stand in place of its invocation stays, and so does the requirement of it:
    one that needs others or itself, has logic other than a table or an expression in FEEL, or is given too little, and
    what would make the model grow by more than this many rules, or characters and elements.
    """
    root = source.root
    functions = {f"#{each.attributes.get('id', '')}": each for each in root.all("businessKnowledgeModel")}
    if not functions:
        return source
    components = frozenset(_components(root))
    known = components.union(name_of(child) for child in root.children if child.name in _NAMED)
    model = _Model(source, functions, known, components, Allowance(rules), Allowance(characters))
    children = [_replaced(child, model) if child.name == "decision" else child for child in root.children]
    gone = _required(root.children) - _required(children)
    done = [function for reference, function in functions.items() if reference in gone]
    for function in done:
        _note_rest(function, source)
    # By identity: two elements may well say the same.
    taken_up = {id(function) for function in done}
    kept = [child for child in children if id(child) not in taken_up]
    return replace(source, root=replace(root, children=kept))


def _components(root: Element) -> Iterator[str]:
    waiting = list(root.all("itemDefinition"))
    while waiting:
        parts = list(waiting.pop().all("itemComponent"))
        waiting += parts
        yield from map(name_of, parts)


def _required(elements: list[Element]) -> set[str]:
    return {_href(each) for element in elements for each in element.all("knowledgeRequirement")}


def _href(requirement: Element) -> str:
    knowledge = requirement.first("requiredKnowledge")
    return knowledge.attributes.get("href", "") if knowledge is not None else ""


def _note_rest(function: Element, source: Source) -> None:
    for child in function.children:
        if child.name not in _READ:
            words = f"the {child.name} of `{name_of(function)}` has no counterpart in a policy and is left out"
            source.note(child, words)


def _replaced(decision: Element, model: _Model) -> Element:
    """Return a decision with the logic of the business knowledge model that it invokes; any other as it is."""
    logic = expression_of(decision)
    needed = [_href(each) for each in decision.all("knowledgeRequirement") if _href(each) in model.functions]
    if logic is None or not needed:
        return decision
    try:
        called, bindings = _call(logic, model)
        reference = next((each for each in needed if name_of(model.functions[each]) == called), None)
        if reference is None:
            return decision
        function = model.functions[reference]
        arguments = _bound(function, bindings, model)
        body = _body(function, arguments, model)
    except (NotSimpleError, NoTextError, FeelSyntaxError):
        return decision
    # An argument may call it once more.
    again = any(called in each.names for each in arguments.values())
    kept = [
        child
        for child in decision.children
        if child.name != "variable" and (again or child.name != "knowledgeRequirement" or _href(child) != reference)
    ]
    children = [body if child is logic else child for child in kept]
    return replace(decision, children=[*_variable(decision, function), *children])


def _variable(decision: Element, function: Element) -> Iterator[Element]:
    """The variable of a decision, with the type of what it invokes where it has none itself."""
    own, result = decision.first("variable"), function.first("variable")
    type_ref = result.attributes.get("typeRef") if result is not None else None
    if type_ref and (own is None or not own.attributes.get("typeRef")):
        base = own or Element(decision.namespace, "variable", {}, decision.line)
        yield replace(base, attributes={**base.attributes, "typeRef": type_ref})
    elif own is not None:
        yield own


def _call(logic: Element, model: _Model) -> tuple[str, Bindings]:
    """The name of the function that an expression calls, and the arguments; raises where it is no call."""
    if logic.name == "invocation":
        function = expression_of(logic)
        bindings: Bindings = []
        for binding in logic.all("binding"):
            parameter, value = binding.first("parameter"), expression_of(binding)
            if parameter is None or value is None:
                raise NotSimpleError
            bindings.append((name_of(parameter), feel_of(value, model.source)))
        return normalise_name(text_of(function)), bindings
    if logic.name != "literalExpression":
        raise NotSimpleError
    text = feel_of(logic, model.source)
    node = parse_expression(text, model.known)
    if not (isinstance(node, tree.Call) and isinstance(node.function, tree.Name)):
        raise NotSimpleError
    texts = [text[slice(*each.span)] for each in node.arguments]
    if any(parse_expression(text, model.known) != each for text, each in zip(texts, node.arguments, strict=True)):
        # Brackets around an argument's beginning or end are no part of it.
        raise NotSimpleError
    return node.function.name, list(zip(node.names or [None] * len(texts), texts, strict=True))


def _bound(function: Element, bindings: Bindings, model: _Model) -> dict[str, Argument]:
    logic = function.first("encapsulatedLogic")
    parameters = [name_of(each) for each in logic.all("formalParameter")] if logic is not None else []
    named = [
        name if name is not None else parameter for (name, _), parameter in zip(bindings, parameters, strict=False)
    ]
    if len(bindings) != len(parameters) or sorted(named) != sorted(parameters) or len(set(named)) != len(named):
        raise NotSimpleError
    return {name: argument(text, model.known) for name, (_, text) in zip(named, bindings, strict=True)}


def _body(function: Element, arguments: Mapping[str, Argument], model: _Model) -> Element:
    encapsulated = function.first("encapsulatedLogic")
    logic = expression_of(encapsulated) if encapsulated is not None else None
    needs = function.first("knowledgeRequirement") is not None
    if encapsulated is None or logic is None or needs or encapsulated.attributes.get("kind", "FEEL") != "FEEL":
        raise NotSimpleError
    if logic.name not in ("decisionTable", "literalExpression") or name_of(function) in BUILTINS:
        raise NotSimpleError
    model.rules.spend(sum(1 for _ in logic.all("rule")))
    return _copy(logic, arguments, model)


def _copy(element: Element, arguments: Mapping[str, Argument], model: _Model) -> Element:
    """Return an element with arguments in place of parameters; elements are nested as deep as `read_xml` lets them."""
    model.allowance.spend(1 + len(element.text))
    parse = _PARSED.get(element.name)
    text = element.first("text")
    if parse is None or text is None or text.text.strip() in ("", ANYTHING):
        return replace(element, children=[_copy(child, arguments, model) for child in element.children])
    if model.source.language_of(element) is not None:
        raise NotSimpleError
    model.allowance.spend(len(text.text))
    words = substituted(text.text, parse, arguments, model.components, model.known, model.allowance)
    children = [replace(child, text=words) if child is text else child for child in element.children]
    return replace(element, children=children)
