"""One evaluation: the moment it is for, what it has to say, and how much work it may still do."""

from typing import NoReturn

from shared.feel.values import DateTime, FeelError, Value

STEPS = 1_000_000
"""The work of one evaluation: each turn of a loop is a step, each part of a value made or looked at, and a call is ten.

A step takes a few microseconds and some hundred bytes at most, so the longest evaluation takes a few seconds."""

CHARACTERS_A_STEP = 64
"""So many characters of a string are copied or compared in the time of one step."""

_FRAMES = 600
_NOTES = 200


class Run:
    """One evaluation, of one expression or of a whole model.

    `as_of` is what `now()` and `today()` say. `notes` collects, in words, why values became null. An evaluation that
    takes more than `budget` steps, or nests calls too deeply, is `exhausted`: nothing computed in it counts.
    """

    __slots__ = ("_depth", "_given_up", "_left", "as_of", "notes")

    def __init__(self, as_of: DateTime, notes: list[str] | None = None, budget: int = STEPS) -> None:
        self.as_of = as_of
        self.notes: list[str] = [] if notes is None else notes
        self._left = budget
        self._depth = 0
        self._given_up: str | None = None

    @property
    def exhausted(self) -> bool:
        """Tell whether the evaluation was given up."""
        return self._given_up is not None

    def note(self, message: str | FeelError) -> None:
        """Keep a message, once however often it comes."""
        text = str(message)
        notes = self.notes
        if len(notes) < _NOTES and text not in notes:
            notes.append(text)

    def give_up(self, reason: str) -> NoReturn:
        """Refuse all work from now on, always for the first reason, by raising FeelError."""
        self._left = -1
        self._given_up = self._given_up or reason
        raise FeelError(self._given_up)

    def spend(self, steps: int = 1) -> None:
        """Account for work. Raises FeelError where there is none left to do."""
        self._left -= steps
        if self._left < 0:
            self.give_up("the evaluation takes too many steps")

    def look_into(self, value: Value) -> None:
        """Account for an operation that may look at all parts of a value. Raises FeelError as `spend` does."""
        remaining = [value]
        while remaining:
            part = remaining.pop()
            if isinstance(part, str):
                self.spend(len(part) // CHARACTERS_A_STEP)
                continue
            if isinstance(part, dict):
                part = list(part.values())
            if isinstance(part, list):
                self.spend(len(part))
                remaining.extend(item for item in part if isinstance(item, list | dict | str))

    def enter(self, frames: int, deepest: int) -> None:
        """Account for a call: `frames` of Python until it calls further, and `deepest` at most. `leave` ends it.

        Python allows 1,000 frames for everything: what operators take and the host's own are left over. Raises
        FeelError where calls nest too deeply for that, which is about 100 calls of a function like the factorial.
        """
        if self._depth + deepest > _FRAMES:
            self.give_up("functions call one another too deeply")
        self._depth += frames

    def leave(self, frames: int) -> None:
        """End what `enter` began."""
        self._depth -= frames
