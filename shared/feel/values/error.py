"""What operators and built-in functions raise."""


class FeelError(ValueError):
    """An operation that FEEL does not define for its operands; the message says why, in words for people.

    FEEL itself knows no exceptions: the evaluator turns this one into null and keeps the message as a note.
    """
