"""Which outcomes are mature, in SQL."""

from typing import Final

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
