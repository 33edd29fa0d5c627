"""Which decision is what in a policy, and what names become."""

import re
from collections.abc import Iterator
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
    named = [*parts.definitions, *((decision, stage) for stage, decision in parts.stages.items())]
    # A name of its own goes before what only Camunda knows a decision by.
    for aliases in (_names, _other_names):
        for decision, name in named:
            for alias in aliases(decision):
                names.renamed.setdefault(alias, name)
                _know_parts(alias, decision, name, names)
    for kind in ("businessKnowledgeModel", "decisionService"):
        # A policy cannot call them, but their names may have to be known for a text to be understood.
        names.components.update(map(name_of, source.root.all(kind)))
    for decision in (*(decision for decision, _ in parts.definitions), *parts.terms):
        parts.used.update(_type_refs(decision))
    # What this package has written has the names of the policy already, and its texts come back to the letter.
    names.settle(verbatim=source.own and all(name_of(decision) == name for decision, name in parts.definitions))
    return parts


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


def _names(decision: Element) -> Iterator[str]:
    """The name of a decision, and that of its variable."""
    yield name_of(decision)
    variable = decision.first("variable")
    if variable is not None and name_of(variable):
        yield name_of(variable)


def _other_names(decision: Element) -> Iterator[str]:
    """The id of a decision, and the name of its only output."""
    outputs = _outputs(decision)
    if len(outputs) == 1 and name_of(outputs[0]):
        yield name_of(outputs[0])
    if decision.attributes.get("id"):
        yield decision.attributes["id"]


def _outputs(decision: Element) -> list[Element]:
    logic = expression_of(decision)
    return list(logic.all("output")) if logic is not None else []


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


def _know_parts(alias: str, decision: Element, name: str, names: Names) -> None:
    """Know the outputs of a table that has several, as parts of its value."""
    outputs = _outputs(decision)
    if name == "matrix":
        names.parts.setdefault(alias, one_of(_OFFER))
    elif name not in STAGES and len(outputs) > 1:
        names.components.update(map(name_of, outputs))
        known = {policy_name(name_of(each)): f"{name}_{policy_name(name_of(each))}" for each in outputs}
        names.parts.setdefault(alias, one_of(known))
