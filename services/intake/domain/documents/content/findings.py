"""What may be wrong with content."""

from typing import Final

_END_OF_ARCHIVE: Final = b"PK\x05\x06"
_ARCHIVE_TAIL: Final = 65_557
"""How far from its end a ZIP archive may have its last record (22 bytes and a comment of up to 65,535)."""


class ContentError(Exception):
    """Content can't be accepted; `code` is stable and documented, the words never quote what is in it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


def mismatch() -> ContentError:
    """Return the error of content that is something else than was declared."""
    return ContentError("content_mismatch", "the content is not of the declared type")


def damaged(words: str) -> ContentError:
    """Return the error of content that ends early or contradicts itself."""
    return ContentError("damaged_document", words)


def ambiguous() -> ContentError:
    """Return the error of content that is several things at once, depending on who reads it."""
    return ContentError("ambiguous_content", "the content goes on after the end of its format, or is a second one too")


def active() -> ContentError:
    """Return the error of content that does something when it is opened."""
    return ContentError("active_content", "the document brings scripts, macros, or files that would run")


def encrypted() -> ContentError:
    """Return the error of content that nobody here could look into."""
    return ContentError("encrypted_document", "the document needs a password; send it without")


def refuse_archive_at_end(data: bytes) -> None:
    """Raise `ContentError` if a reader of archives would find one in `data`: they look for it from the end."""
    if _END_OF_ARCHIVE in data[-_ARCHIVE_TAIL:]:
        raise ambiguous()
