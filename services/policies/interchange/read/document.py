"""A model as a policy document, or as much of one as it tells."""

import re
from dataclasses import dataclass
from typing import Any, Final

from services.decision.domain.policy.document.stages import MAX_ROWS
from services.decision.domain.policy.document.texts import MAX_TOTAL
from services.policies.interchange.digests import digest_of
from services.policies.interchange.faults import InterchangeError, InterchangeFault
from services.policies.interchange.read.definitions import Reading, read_definitions
from services.policies.interchange.read.extensions import put_extensions
from services.policies.interchange.read.kinds import Kinds
from services.policies.interchange.read.knowledge import inlined
from services.policies.interchange.read.naming import Parts, naming
from services.policies.interchange.read.source import Source, expression_of, extensions, name_of, own, texts_within
from services.policies.interchange.read.stages import read_stage
from services.policies.interchange.read.strangers import note_strangers
from services.policies.interchange.read.terms import read_term, read_terms
from services.policies.interchange.vocabulary import POLICY
from shared.dmn.faults import DmnError
from shared.dmn.read import read_model
from shared.dmn.xml import Element, read_xml
from shared.money import exponent

MAX_DECISIONS: Final = 1_000
"""Decisions of a model, far more than a policy may have definitions."""

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Imported:
    """A policy document, and notes on what the model did not tell and on what has no place in a policy."""

    document: dict[str, Any]
    notes: tuple[str, ...]


def read_dmn(data: bytes) -> Imported:
    """Return the policy that a DMN model of version 1.2 to 1.5 states.

    Decisions called like a stage are that stage, all others definitions; one that only invokes a business knowledge
    model is what that model does, if it can stand in its place. What `write_dmn` has written comes back as it was, with
    what has been changed in it since. Raises `InterchangeError` for XML that is hostile or no DMN.
    """
    try:
        read_model(data)
        root = read_xml(data)
    except DmnError as error:
        place = f"line {error.line}" if error.line else ""
        raise InterchangeError([InterchangeFault(place, error.message)]) from error
    rules, characters = _refuse_too_many(root)
    source = inlined(Source.of(root), MAX_ROWS - rules, MAX_TOTAL - characters)
    root = source.root
    parts = naming(source)
    reading = Reading(source, parts.names, Kinds.of(root), _minor_digits(root))
    document = _frame(source)
    _read_decisions(document, parts, reading)
    put_extensions(document, source)
    note_strangers(source)
    return Imported(document, tuple(source.notes))


def _refuse_too_many(root: Element) -> tuple[int, int]:
    """Return how many rules, and characters of FEEL, a model has."""
    waiting, rules, characters = [root], 0, 0
    while waiting:
        element = waiting.pop()
        waiting += element.children
        rules += element.name == "rule"
        characters += len(element.text) if element.name == "text" else 0
        if characters > MAX_TOTAL:
            words = f"cells and expressions are longer than {MAX_TOTAL:,} characters together"
            raise InterchangeError([InterchangeFault(f"line {element.line}", words)])
        if rules > MAX_ROWS:
            raise InterchangeError([InterchangeFault(f"line {element.line}", f"more than {MAX_ROWS:,} rules")])
    named = [element for element in root.children if element.name in ("decision", "inputData", "itemDefinition")]
    if len(named) > MAX_DECISIONS:
        place, words = f"line {named[MAX_DECISIONS].line}", f"more than {MAX_DECISIONS:,} decisions, inputs and types"
        raise InterchangeError([InterchangeFault(place, words)])
    return rules, characters


def _minor_digits(root: Element) -> int:
    policy = _policy(root)
    return exponent(policy.attributes.get("currency", "")) if policy is not None else exponent("")


def _policy(root: Element) -> Element | None:
    return next((each for each in extensions(root) if each.name == POLICY), None)


def _frame(source: Source) -> dict[str, Any]:
    """Name, version, product, title and description."""
    root, policy = source.root, _policy(source.root)
    document: dict[str, Any] = {}
    name = root.attributes.get("name", "")
    if name:
        document["name"] = name
    stated = policy.attributes if policy is not None else {}
    if "version" in stated:
        document["version"] = int(stated["version"]) if _WHOLE.fullmatch(stated["version"]) else stated["version"]
    elif "version_text" in stated:
        document["version"] = stated["version_text"]
    if "product" in stated:
        document["product"] = stated["product"]
    # Another tool's model has one name for everything.
    title = root.attributes.get("label") or ("" if policy is not None else name)
    if title:
        document["title"] = title
    description = root.first("description")
    if description is not None and description.text:
        document["description"] = description.text
    missing = [key for key in ("name", "version", "product", "title") if key not in document]
    if missing:
        source.note(root, f"the model does not tell {', '.join(f'`{key}`' for key in missing)} of the policy")
    return document


def _read_decisions(document: dict[str, Any], parts: Parts, reading: Reading) -> None:
    definitions: dict[str, Any] = {}
    for decision, name in parts.definitions:
        for called, entry in read_definitions(decision, name, reading):
            if called in definitions:
                reading.source.note(decision, f"`{called}` is defined twice; this one is left out")
            else:
                definitions[called] = entry
    if definitions:
        document["definitions"] = definitions
    for stage, decision in parts.stages.items():
        table = read_stage(decision, stage, reading)
        if table is not None:
            document[stage] = table
    terms = _terms(parts, reading)
    if terms or reading.source.own:
        document["terms"] = terms
    _note_changes(parts, reading)


def _terms(parts: Parts, reading: Reading) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for decision in parts.terms:
        if own(decision, "role") is None:
            found = list(read_terms(decision, reading).items())
        else:
            read = read_term(decision, reading)
            found = [read] if read is not None else []
        for outcome, term in found:
            of_outcome = terms.setdefault(outcome, {})
            others = {**of_outcome.get("other_terms", {}), **term.get("other_terms", {})}
            of_outcome.update({**term, "other_terms": others} if others else term)
    return terms


def _note_changes(parts: Parts, reading: Reading) -> None:
    """Note what follows from the policy, and was changed nevertheless."""
    for decision in parts.derived:
        logic = expression_of(decision)
        if digest_of(texts_within(logic) if logic is not None else ()) != own(decision, "digest"):
            words = f"`{decision.attributes.get('name', '')}` follows from the stages; its changes are left out"
            reading.source.note(decision, words)
    for item in reading.source.root.all("itemDefinition"):
        digest, name = own(item, "digest"), name_of(item)
        if digest is not None and digest != digest_of(texts_within(item)) and name not in parts.used:
            reading.source.note(item, f"the type `{name}` is the product's to say; its changes are left out")
