"""Reading the text of a pattern from left to right."""

from shared.feel.values import FeelError


class Reader:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    @property
    def done(self) -> bool:
        """Tell whether all is read."""
        return self._place >= len(self._text)

    def at(self, mark: str) -> bool:
        """Tell whether `mark` comes next."""
        return self._text.startswith(mark, self._place)

    def skip(self, mark: str) -> bool:
        """Read `mark` if it comes next, and tell whether it did."""
        found = self.at(mark)
        if found:
            self._place += len(mark)
        return found

    def take(self) -> str:
        """Read one character. Raises FeelError at the end."""
        if self.done:
            raise self.fault("it ends too early")
        self._place += 1
        return self._text[self._place - 1]

    def until(self, mark: str) -> str:
        """Read up to `mark` and past it. Raises FeelError where there is none."""
        end = self._text.find(mark, self._place)
        if end < 0:
            raise self.fault(f"`{mark}` is missing")
        start, self._place = self._place, end + len(mark)
        return self._text[start:end]

    def digits(self) -> str:
        """Read the digits 0 to 9 that come next."""
        start = self._place
        while not self.done and self._text[self._place] in "0123456789":
            self._place += 1
        return self._text[start : self._place]

    def fault(self, message: str) -> FeelError:
        """What is wrong at the present place."""
        return FeelError(f"the pattern is not valid at character {self._place}: {message}")
