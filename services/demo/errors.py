"""What can go wrong in the demo itself."""


class DemoError(Exception):
    """The demo cannot go on; the text says why and what to do."""
