"""A policy document -> a DMN model that says the same, and from which the document can be read back."""

from collections.abc import Mapping
from typing import Any

from services.decision.domain.policy import PolicyError
from services.decision.domain.policy.document import parse_document
from services.policies.interchange.faults import InterchangeError, InterchangeFault
from services.policies.interchange.markup import NotXmlError, written
from services.policies.interchange.read import read_dmn
from services.policies.interchange.versions import VERSIONS
from services.policies.interchange.write.differences import first_difference
from services.policies.interchange.write.model import model_of
from shared.canonical import content_hash
from shared.products import Product


def write_dmn(document: Mapping[str, Any], product: Product, version: str = "1.3") -> bytes:
    """Return the policy as a DMN model of version 1.2, 1.3, 1.4 or 1.5.

    `product` gives the types of the facts. The bytes are the same every time. Raises `InterchangeError` for a document
    that has not the form of a policy, and for one that would not come back exactly as it is.
    """
    if version not in VERSIONS:
        raise InterchangeError([InterchangeFault("", f"there is no DMN {version}; known: {', '.join(VERSIONS)}")])
    try:
        parse_document(document)
    except PolicyError as error:
        raise InterchangeError([InterchangeFault(fault.pointer, fault.detail) for fault in error.faults]) from error
    try:
        data = written(model_of(document, product, VERSIONS[version]))
    except NotXmlError as error:
        raise InterchangeError([InterchangeFault("", str(error))]) from error
    back = read_dmn(data).document
    if content_hash(back) != content_hash(document):
        place = first_difference(document, back)
        raise InterchangeError([InterchangeFault(place, "cannot be told by a DMN model without being changed")])
    return data
