"""Loading a policy: read, bind, check, compile, and run the golden cases. What fails in any of it cannot decide."""

from collections.abc import Mapping
from typing import Any

from services.decision.domain.policy.bind import bind
from services.decision.domain.policy.checks import check, check_cases
from services.decision.domain.policy.document import parse_document
from services.decision.domain.policy.policy import Policy
from services.decision.domain.reasons import ReasonCatalogue
from shared.canonical import content_hash
from shared.products import Product


def load_policy(document: Mapping[str, Any], product: Product, reasons: ReasonCatalogue) -> Policy:
    """Return the policy of a document for `product`; raises `PolicyError` with located faults.

    A step runs only when the one before it found nothing, and finds everything there is for it to find.
    """
    bound = bind(parse_document(document), product)
    check(bound, reasons)
    policy = Policy.of(bound, content_hash(document), document)
    check_cases(policy)
    return policy


def recall_policy(document: Mapping[str, Any], product: Product) -> Policy:
    """Return the policy of a document that has decided already; raises `PolicyError` when it can't be read any more.

    Nothing is checked that a policy can do without: checks that were added since do not keep its decisions from being
    made again, and a golden case that fails now is a difference for them to find.
    """
    return Policy.of(bind(parse_document(document), product), content_hash(document), document)
