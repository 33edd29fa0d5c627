"""Loading a policy: parse, bind, check, compile, and run the golden cases. What fails in any of it cannot decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.decision.domain.policy.binding import bind
from services.decision.domain.policy.cases import case_faults
from services.decision.domain.policy.check import check
from services.decision.domain.policy.document import parse_document
from services.decision.domain.policy.evaluate import Evaluation, evaluate
from services.decision.domain.policy.program import Program, compile_program
from services.decision.domain.policy.reading import PolicyError
from services.decision.domain.reasons import ReasonCatalogue
from shared.canonical import content_hash
from shared.facts import FactValue
from shared.products import Product


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy that passed every check, ready to decide. `content_hash` is SHA-256 over its canonical JSON."""

    name: str
    version: int | str
    product: str
    content_hash: str
    document: Mapping[str, Any]
    program: Program

    def evaluate(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str] = ()) -> Evaluation:
        """Return the answer to `facts`, with the reason codes of the score at hand. Pure: same in, same out."""
        return evaluate(self.program, facts, score_reasons)


def load_policy(document: Mapping[str, Any], product: Product, reasons: ReasonCatalogue) -> Policy:
    """Return the policy of a document for `product`; raises `PolicyError` with located faults.

    A step runs only when the one before it found nothing, and finds everything there is for it to find.
    """
    bound = bind(parse_document(document), product)
    faults = check(bound, product, reasons)
    if faults:
        raise PolicyError(faults)
    program = compile_program(bound, product)
    faults = case_faults(program, product)
    if faults:
        raise PolicyError(faults)
    return Policy(bound.name, bound.version, bound.product, content_hash(document), document, program)
