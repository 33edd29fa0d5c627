"""How a faulty policy is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, PolicyFault
from tests.decision.domain.policy.small import changed, policy

KNOCK_OUT = {"outcome": "decline", "reason": "DEBT_HIGH", "on_missing": "refer"}

Refused = tuple[Mapping[str, Any], str, str, str]
"""A document, and the pointer, code and words of a fault that it is refused with."""


def faults(document: Mapping[str, Any]) -> Sequence[PolicyFault]:
    """Return the faults of a document that is refused."""
    with pytest.raises(PolicyError) as refused:
        policy(document)
    assert all(isinstance(fault, PolicyFault) for fault in refused.value.faults)
    return [fault for fault in refused.value.faults if isinstance(fault, PolicyFault)]


def refusal(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return pointer, code and words of each fault of a document that is refused."""
    return [(fault.pointer, fault.code, fault.detail) for fault in faults(document)]


def with_row(**row: Any) -> dict[str, Any]:
    """Return the small document with one more knock-out."""
    return changed("knock_outs/rows/3", {**KNOCK_OUT, **row})
