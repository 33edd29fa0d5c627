"""The names that files come under: what is kept of them, and how they are given back."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from services.intake.domain.documents.kinds import Content

MOST_CHARACTERS: Final = 120
_PATH: Final = re.compile(r"[/\\]")
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\ufffd]')
_SPACES: Final = re.compile(r"\s+")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
_OTHER_ENDINGS: Final = {
    Content.JPEG: (".jpeg",),
    Content.TIFF: (".tiff",),
    Content.XML: (".xbrl",),
    Content.XHTML: (".html", ".htm", ".xml"),
}
_MISREAD_AS: Final = ("cp1252", "latin-1")


def kept_name(given: str, content: Content, document_type: str) -> str:
    """Return the name to keep of a file that came as `given`; never fails, because no name is worth a document.

    It is one line in normal form C, without folders, and without characters that can't be seen or that turn the
    direction of what follows; UTF-8 that was read as Latin-1 on its way is put right. It ends as its content does, so
    that a picture is never `.exe`. A name of which nothing is left is that of the document's type.
    """
    name = _PATH.split(_put_right(given))[-1]
    name = unicodedata.normalize("NFC", name)
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C" or character == " ")
    name = _SPACES.sub(" ", _FORBIDDEN.sub("", name)).rstrip(" .")
    stem = _ENDING.sub("", name).strip(" .")[:MOST_CHARACTERS]
    found = _ENDING.search(name)
    ending = found[0].lower() if found else ""
    if ending not in (content.ending, *_OTHER_ENDINGS.get(content, ())):
        ending = content.ending
    return f"{stem or document_type}{ending}"


def _put_right(given: str) -> str:
    """Return text that was UTF-8 and has been read as one byte for each character, as it was; other text as it is."""
    if given.isascii():
        return given
    for encoding in _MISREAD_AS:
        try:
            return given.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return given


def content_disposition(name: str) -> str:
    """Return the header that offers a file for saving (RFC 6266): in ASCII for old clients, in UTF-8 for all others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", plain).strip()
    if not plain or plain.startswith("."):
        plain = f"document{plain}"
    # What RFC 8187 lets stand as it is.
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"
