"""The definitions of a model: types, input data, decisions and their drawing, in the order of the schema."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from services.policies.interchange.digests import digest_of
from services.policies.interchange.faults import InterchangeError, InterchangeFault
from services.policies.interchange.markup import Tag
from services.policies.interchange.versions import DIAGRAM_COMMONS, DIAGRAM_INTERCHANGE, Version
from services.policies.interchange.vocabulary import CASE, EMPTY, NAMESPACE, POLICY, STAGE_OUTPUTS, Role
from services.policies.interchange.write.decisions import Decision, Scope
from services.policies.interchange.write.diagram import Node, diagram
from services.policies.interchange.write.outcome import derived
from services.policies.interchange.write.stages import definitions, stages
from services.policies.interchange.write.terms import terms
from services.policies.interchange.write.types import Types
from shared.facts import Fact, pointer_token
from shared.products import Product

_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9_.-]")


def model_of(document: Mapping[str, Any], product: Product, version: Version) -> Tag:
    """Return the definitions of a well-formed policy document."""
    types = Types(product)
    facts = product.dictionary.facts
    stated = document.get("definitions", {})
    scope = Scope(frozenset((*facts, *stated, *STAGE_OUTPUTS)))
    columns = {name: types.of_definition(name, entry) for name, entry in stated.items()} | {
        "grade": "string",
        "outcome": types.of_output("outcome"),
        "share": "number",
        "rate": "number",
        "limit": types.of_limit(),
    }
    # Only the facts that turn out to be needed get a type in the model.
    columns |= {name: Types(product).of_fact(fact) for name, fact in facts.items()}
    decisions = [
        *definitions(document, types, columns, scope),
        *stages(document, types, columns, scope),
        *terms(document, types, scope),
        *derived(document, types, scope),
    ]
    _refuse_repeated_names(decisions)
    used = _facts(decisions, facts)
    ids = {fact.name: f"input_{fact.name}" for fact in used}
    ids |= {decision.name: f"decision_{_NOT_IN_IDS.sub('_', decision.name)}" for decision in decisions}
    inputs = [_input_data(fact, types.of_fact(fact), ids[fact.name]) for fact in used]
    nodes = [Node(ids[fact.name], decision=False) for fact in used]
    nodes += [
        Node(ids[each.name], decision=True, needs=tuple(sorted(ids[need] for need in each.needs & ids.keys())))
        for each in decisions
    ]
    return Tag(
        "definitions",
        _frame(document, version),
        (
            *_description(document),
            _extension(document, product.currency),
            *types.definitions.values(),
            *inputs,
            *(_decision(each, ids, {fact.name for fact in used}) for each in decisions),
            diagram(nodes),
        ),
    )


def _refuse_repeated_names(decisions: Sequence[Decision]) -> None:
    repeated = next((name for name, number in Counter(each.name for each in decisions).items() if number > 1), None)
    if repeated is not None:
        raise InterchangeError([InterchangeFault("", f"two decisions of the model would be called `{repeated}`")])


def _facts(decisions: Sequence[Decision], facts: Mapping[str, Fact]) -> list[Fact]:
    """The facts that decisions need, in the order of the product."""
    needed = frozenset[str]().union(*(decision.needs for decision in decisions))
    return [fact for name, fact in facts.items() if name in needed]


def _frame(document: Mapping[str, Any], version: Version) -> Mapping[str, str | None]:
    return {
        "xmlns": version.model,
        "xmlns:dmndi": version.diagrams,
        "xmlns:dc": DIAGRAM_COMMONS,
        "xmlns:di": DIAGRAM_INTERCHANGE,
        "xmlns:assay": NAMESPACE,
        "id": "definitions",
        "name": document["name"],
        "label": document["title"],
        "namespace": f"urn:assay:policy:{quote(document['name'], safe='')}",
        "expressionLanguage": version.feel,
        "exporter": "Assay",
    }


def _description(document: Mapping[str, Any]) -> Iterator[Tag]:
    if "description" in document:
        yield Tag("description", text=document["description"])


def _extension(document: Mapping[str, Any], currency: str) -> Tag:
    version = document["version"]
    stated = {"version": str(version)} if isinstance(version, int) else {"version_text": version}
    policy = Tag(f"assay:{POLICY}", {"product": document["product"], **stated, "currency": currency})
    cases = [
        Tag(f"assay:{CASE}", {"name": case["name"]}, text=json.dumps(case, ensure_ascii=False))
        for case in document.get("cases", [])
    ]
    empty = [Tag(f"assay:{EMPTY}", {"at": pointer, "is": kind}) for pointer, kind in _empty(document, "")]
    return Tag("extensionElements", children=(policy, *cases, *empty))


def _empty(node: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Where something is there but empty, and as what. Cases are kept as they are, and tables have rows anyway."""
    if isinstance(node, Mapping):
        children: Sequence[tuple[str, Any]] = [(pointer_token(key), value) for key, value in node.items()]
    else:
        children = [(str(at), value) for at, value in enumerate(node)]
    for key, value in children:
        place = f"{pointer}/{key}"
        if isinstance(value, Mapping | list) and not value and key != "rows":
            yield place, "{}" if isinstance(value, Mapping) else "[]"
        elif isinstance(value, Mapping | list) and place != "/cases":
            yield from _empty(value, place)


def _input_data(fact: Fact, type_ref: str, identity: str) -> Tag:
    variable = Tag("variable", {"id": f"{identity}_variable", "name": fact.name, "typeRef": type_ref})
    return Tag("inputData", {"id": identity, "name": fact.name, "label": fact.label or None}, (variable,))


def _decision(decision: Decision, ids: Mapping[str, str], inputs: set[str]) -> Tag:
    identity = ids[decision.name]
    requirements = [
        Tag(
            "informationRequirement",
            {"id": f"{identity}_needs_{ids[need]}"},
            (Tag("requiredInput" if need in inputs else "requiredDecision", {"href": f"#{ids[need]}"}),),
        )
        for need in sorted(decision.needs & ids.keys(), key=ids.__getitem__)
    ]
    variable = Tag("variable", {"id": f"{identity}_variable", "name": decision.name, "typeRef": decision.type_ref})
    attributes: dict[str, str | None] = {
        "id": identity,
        "name": decision.name,
        **decision.labels,
        "assay:role": decision.role,
        **(decision.marks or {}),
    }
    if decision.role is Role.DERIVED:
        attributes["assay:digest"] = digest_of(decision.logic.texts())
    return Tag("decision", attributes, (variable, *requirements, decision.logic))
