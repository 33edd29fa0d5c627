"""Which decision is what in a policy, and what names become."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.policies.interchange.read.kinds import Kinds
from services.policies.interchange.read.names import Names, one_of, policy_name
from services.policies.interchange.read.source import Source, expression_of, name_of, own
from services.policies.interchange.vocabulary import STAGES, Role
from shared.dmn.xml import Element

_LETTERS: Final = re.compile(r"[^a-z]")
_TERMS: Final = "terms"
_OFFER: Final = {"outcome": "outcome", "share": "share", "rate": "rate"}
"""Outputs of the matrix that have names of their own in a policy."""


@dataclass(slots=True)
class Parts:
    """The decisions of a model by what they are, and the names of the policy; `used` are the types that are read."""

    names: Names
    definitions: list[tuple[Element, str]] = field(default_factory=list)
    stages: dict[str, Element] = field(default_factory=dict)
    terms: list[Element] = field(default_factory=list)
    derived: list[Element] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def naming(source: Source) -> Parts:
    """Return what the decisions of a model are; a second decision for the same stage is noted and left out."""
    parts = Parts(Names())
    names = parts.names
    for decision in source.root.all("decision"):
        _place(decision, parts, source)
    kinds = Kinds.of(source.root)
    for data in source.root.all("inputData"):
        _know_input(data, names, kinds, source)
    for decision, name in parts.definitions:
        parts.used.update(_type_refs(decision))
        for alias in _aliases(decision):
            names.renamed.setdefault(alias, name)
        _know_parts(decision, name, names)
    for decision in parts.terms:
        parts.used.update(_type_refs(decision))
    for stage, decision in parts.stages.items():
        for alias in _aliases(decision):
            names.renamed.setdefault(alias, stage)
            if stage == "matrix":
                names.parts.setdefault(alias, one_of(_OFFER))
    # What this package has written has the names of the policy already, and its texts come back to the letter.
    names.verbatim = source.own and all(
        name == policy for name, policy in names.renamed.items() if name in _own_names(parts)
    )
    return parts


def _own_names(parts: Parts) -> set[str]:
    return {name_of(decision) for decision, _ in parts.definitions}


def _place(decision: Element, parts: Parts, source: Source) -> None:
    role, of = own(decision, "role"), own(decision, "of")
    stage = of if role == Role.STAGE and of in STAGES else _stage(name_of(decision)) if role is None else None
    if role == Role.DERIVED:
        parts.derived.append(decision)
    elif role in (Role.TERM, Role.OTHER_TERM) or stage == _TERMS:
        parts.terms.append(decision)
    elif stage is None:
        parts.definitions.append((decision, policy_name(name_of(decision)) if role is None else name_of(decision)))
    elif stage in parts.stages:
        source.note(decision, f"there is another decision for the stage {stage}; this one is left out")
    else:
        parts.stages[stage] = decision


def _stage(name: str) -> str | None:
    """The stage that a name means, whatever its case, spaces and hyphens."""
    letters = _LETTERS.sub("", name.lower())
    return next((stage for stage in (*STAGES, _TERMS) if stage.replace("_", "") == letters), None)


def _aliases(decision: Element) -> Iterator[str]:
    """The names by which texts may mean a decision: its own, that of its variable, in Camunda its id or its output."""
    yield name_of(decision)
    variable, logic = decision.first("variable"), expression_of(decision)
    outputs = list(logic.all("output")) if logic is not None else []
    for element in (variable, *outputs) if len(outputs) == 1 else (variable,):
        if element is not None and name_of(element):
            yield name_of(element)
    if decision.attributes.get("id"):
        yield decision.attributes["id"]


def _type_refs(decision: Element) -> Iterator[str]:
    waiting = [decision]
    while waiting:
        element = waiting.pop()
        waiting += element.children
        if element.attributes.get("typeRef") and element.name in ("variable", "output"):
            yield element.attributes["typeRef"]


def _know_input(data: Element, names: Names, kinds: Kinds, source: Source) -> None:
    name = name_of(data)
    names.renamed[name] = policy_name(name)
    variable = data.first("variable")
    components = kinds.components(variable.attributes.get("typeRef") if variable is not None else None)
    if components:
        source.note(data, f"facts have no parts: those of `{name}` are read as facts `{policy_name(name)}_...`")
        names.components.update(components)
        names.parts[name] = lambda part: f"{policy_name(name)}_{policy_name(part)}"


def _know_parts(decision: Element, name: str, names: Names) -> None:
    logic = expression_of(decision)
    outputs = list(logic.all("output")) if logic is not None else []
    if len(outputs) > 1:
        known: Mapping[str, str] = {
            policy_name(name_of(each)): f"{name}_{policy_name(name_of(each))}" for each in outputs
        }
        names.components.update(map(name_of, outputs))
        for alias in _aliases(decision):
            names.parts[alias] = one_of(known)
