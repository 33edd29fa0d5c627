"""What cannot be said in SQL."""


class Uncompilable(Exception):
    """An expression has no exact equivalent in SQL; `reason` says in words why.

    `located` tells that the reason names the part in which the difficulty is.
    """

    def __init__(self, reason: str, *, located: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.located = located
