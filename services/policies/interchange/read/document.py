"""A model as a policy document, or as much of one as it tells."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from services.policies.interchange.digests import digest_of
from services.policies.interchange.faults import InterchangeError, InterchangeFault
from services.policies.interchange.read.definitions import Reading, read_definitions
from services.policies.interchange.read.kinds import Kinds
from services.policies.interchange.read.naming import Parts, naming
from services.policies.interchange.read.source import Source, expression_of, extensions, own, texts_within
from services.policies.interchange.read.stages import read_stage
from services.policies.interchange.read.strangers import note_strangers
from services.policies.interchange.read.terms import read_term, read_terms
from services.policies.interchange.vocabulary import CASE, EMPTY, POLICY
from shared.dmn.faults import DmnError
from shared.dmn.read import read_model
from shared.dmn.xml import Element, read_xml
from shared.money import exponent

MAX_RULES: Final = 5_000
"""Rules of all tables together, as in a policy."""

_MAX_DEPTH: Final = 20
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Imported:
    """A policy document, and notes on what the model did not tell and on what has no place in a policy."""

    document: dict[str, Any]
    notes: tuple[str, ...]


def read_dmn(data: bytes) -> Imported:
    """Return the policy that a DMN model of version 1.2 to 1.5 states.

    Decisions called like a stage are that stage, all others definitions; what `write_dmn` has written comes back as it
    was, with what has been changed in it since. Raises `InterchangeError` for XML that is hostile or no DMN.
    """
    try:
        read_model(data)
        root = read_xml(data)
    except DmnError as error:
        place = f"line {error.line}" if error.line else ""
        raise InterchangeError([InterchangeFault(place, error.message)]) from error
    _refuse_too_many_rules(root)
    source = Source(root)
    parts = naming(source)
    reading = Reading(source, parts.names, Kinds.of(root), _minor_digits(root))
    document = _frame(source)
    _read_decisions(document, parts, reading)
    _put_cases(document, source)
    _put_empty(document, source)
    note_strangers(source)
    return Imported(document, tuple(source.notes))


def _refuse_too_many_rules(root: Element) -> None:
    waiting, rules = [root], 0
    while waiting:
        element = waiting.pop()
        waiting += element.children
        rules += element.name == "rule"
        if rules > MAX_RULES:
            raise InterchangeError([InterchangeFault(f"line {element.line}", f"more than {MAX_RULES:,} rules")])


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
    elif "versionText" in stated:
        document["version"] = stated["versionText"]
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
    terms: dict[str, Any] = {}
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
    for decision in parts.terms:
        read = read_term(decision, reading) if own(decision, "role") is not None else None
        found = [read] if read is not None else []
        if own(decision, "role") is None:
            found = list(read_terms(decision, reading).items())
        for outcome, term in found:
            of_outcome = terms.setdefault(outcome, {})
            of_outcome.update(
                {**term, "other_terms": {**of_outcome.get("other_terms", {}), **term["other_terms"]}}
                if "other_terms" in term
                else term
            )
    if terms or _policy(reading.source.root) is not None:
        document["terms"] = terms
    _note_changes(parts, reading)


def _note_changes(parts: Parts, reading: Reading) -> None:
    """Note what follows from the policy, and was changed nevertheless."""
    for decision in parts.derived:
        logic = expression_of(decision)
        if digest_of(texts_within(logic) if logic is not None else ()) != own(decision, "digest"):
            words = f"`{decision.attributes.get('name', '')}` follows from the stages; its changes are left out"
            reading.source.note(decision, words)
    for item in reading.source.root.all("itemDefinition"):
        digest = own(item, "digest")
        if digest is not None and digest != digest_of(texts_within(item)) and item.attributes["name"] not in parts.used:
            reading.source.note(
                item, f"the type `{item.attributes['name']}` is the product's; its changes are left out"
            )


def _put_cases(document: dict[str, Any], source: Source) -> None:
    cases = []
    for extension in extensions(source.root):
        if extension.name == CASE:
            case = _json(extension.text)
            if case is None:
                source.note(extension, "a golden case is no JSON and is left out")
            else:
                cases.append(case)
    if cases:
        document["cases"] = cases


def _json(text: str) -> Any:
    """The value of a JSON text, None where it is none or nested deeper than cases are."""
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > _MAX_DEPTH:
            return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _put_empty(document: dict[str, Any], source: Source) -> None:
    """Put back what was there but empty, unless something else has come to its place."""
    for extension in extensions(source.root):
        if extension.name == EMPTY:
            tokens = [
                each.replace("~1", "/").replace("~0", "~") for each in extension.attributes.get("at", "").split("/")
            ]
            node = _at(document, tokens[1:-1])
            if isinstance(node, dict):
                node.setdefault(tokens[-1], {} if extension.attributes.get("is") == "{}" else [])


def _at(document: dict[str, Any], tokens: list[str]) -> Any:
    node: Any = document
    for token in tokens:
        if isinstance(node, dict):
            node = node.get(token)
        elif isinstance(node, list) and token.isdecimal() and len(token) < 9 and int(token) < len(node):
            node = node[int(token)]
        else:
            return None
    return node
