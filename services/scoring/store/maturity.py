"""Which outcomes are mature."""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from services.scoring.domain.monitoring.outcome import BadDefinition
from shared.db import Transaction

_OVER_BEFORE: Final = text("SELECT now() - make_interval(months => CAST(:window_months AS int))")

MATURE_OUTCOME: Final = """
    LEFT JOIN LATERAL (
        SELECT CASE WHEN bad OR observed_on
                    >= ((s.scored_at + make_interval(months => CAST(:window_months AS int))) AT TIME ZONE 'UTC')::date
               THEN bad END AS bad
        FROM outcome
        WHERE application_id = s.application_id AND definition = :definition AND window_months = :window_months
        ORDER BY version DESC LIMIT 1
    ) AS o ON true
"""
"""Joins a score `s` with `o.bad`: whether it went bad by a definition, null while that is not mature.

A bad is mature at once, a good when its window was over on the day it was observed. The last version counts.
"""


async def over_before(tx: Transaction, definition: BadDefinition) -> datetime:
    """Return the moment before which scores were given whose performance window is over now.

    Of younger ones only bads can be known: rates and AUC among them would say more of their age than of a model.
    """
    found: datetime = (await tx.execute(_OVER_BEFORE, {"window_months": definition.window_months})).scalar_one()
    return found
