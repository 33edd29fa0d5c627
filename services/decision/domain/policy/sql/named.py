"""A query for people on top of the one for machines."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.decision.domain.policy.sql.compiled import CompiledPolicy


def query(compiled: "CompiledPolicy", inner: str) -> str:
    """Return the readable query over the text of the inner one."""
    raise NotImplementedError
