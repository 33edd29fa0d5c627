"""What is wrong with a scorecard of another tool, and where."""


class InterchangeError(ValueError):
    """A file that can't be read as a scorecard, or says what an artefact can't hold.

    `place` is a line, an element or a key of the file, empty when the whole file is meant.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message, self.place = message, place
