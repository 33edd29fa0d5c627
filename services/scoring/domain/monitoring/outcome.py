"""Observed outcomes: what became of a scored application, by a stated definition of bad, within a stated window."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

MAX_WINDOW_MONTHS: Final = 120
MAX_DAYS_PAST_DUE: Final = 36_500

_DAYS_PAST_DUE: Final = re.compile(r"([1-9][0-9]{0,4})\+ dpd")


@dataclass(frozen=True, slots=True)
class BadDefinition:
    """What counts as bad: its name, such as `90+ dpd`, and in how many months after the score it has to happen.

    A definition is one of being bad *ever* within the window; an account that recovers has still been bad.
    """

    name: str
    window_months: int

    @property
    def days_past_due(self) -> int | None:
        """From how many days past due on an account is bad; None where the name does not say it as `90+ dpd`."""
        found = _DAYS_PAST_DUE.fullmatch(self.name)
        return None if found is None else int(found[1])

    def __str__(self) -> str:
        return f"{self.name} within {self.window_months} months"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was known of an application on the day `observed_on`: whether it had gone bad by then.

    `days_past_due` are the most it has been so far within the window, where that was reported. An outcome is mature,
    and counts in measures, when the window was over on that day, or when it is bad: it stays so.
    """

    application_id: str
    definition: BadDefinition
    observed_on: date
    bad: bool
    days_past_due: int | None = None


def is_bad(definition: BadDefinition, stated: bool | None, days_past_due: int | None) -> bool:
    """Return whether an outcome is bad, as it was stated or as days past due say it under this definition.

    Raises `ValueError` where neither says it, or where they contradict each other.
    """
    least = definition.days_past_due
    counted = None if least is None or days_past_due is None else days_past_due >= least
    if stated is None and counted is None:
        raise ValueError("say whether it is bad, or the days past due under a definition such as `90+ dpd`")
    if None not in (stated, counted) and stated is not counted:
        raise ValueError("what is stated and the days past due contradict each other")
    return bool(counted if stated is None else stated)


class OutcomeRefused(ValueError):
    """A reported outcome that can't be kept; `code` is stable, the text is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def next_version(known: tuple[Outcome, int] | None, reported: Outcome) -> int | None:
    """Return the version under which a report is to be kept beside the one that counts; None if it says nothing new.

    Raises `OutcomeRefused` for one that is older than what is known: it would take back what was seen later.
    """
    if known is None:
        return 1
    outcome, version = known
    if reported == outcome:
        return None
    if reported.observed_on < outcome.observed_on:
        raise OutcomeRefused("older_than_known", "an outcome of a later day is known")
    return version + 1
