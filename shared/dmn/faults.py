"""What is wrong with a model, and where."""

from shared.feel.syntax import FeelSyntaxError

_AROUND = 20
_SHOWN = 80


class DmnError(ValueError):
    """A model that cannot be read or linked: `message` says why, `source` and `line` where (line 0: no one line)."""

    def __init__(self, message: str, source: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line

    def __str__(self) -> str:
        where = f"{self.source or 'model'}:{self.line}" if self.line else self.source
        return f"{where}: {self.message}" if where else self.message


def syntax_fault(error: FeelSyntaxError, text: str, source: str, line: int) -> DmnError:
    """The fault of a text that is not FEEL, with the part of the text around it."""
    start = max(error.span[0] - _AROUND, 0)
    shown = " ".join(text[start : error.span[1] + _AROUND].split())
    return DmnError(f"{error.message} in `{shown[:_SHOWN]}`", source, line)
