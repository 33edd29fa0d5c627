"""Text as it is compared: one script, one case, no accents, no punctuation, nothing that can't be seen.

Han characters are written simplified (OpenCC, `t2s`) and sound as Mandarin in Pinyin without tones (AnyAscii); every
other script is written in ASCII letters.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from anyascii import anyascii
from opencc import OpenCC

MAX_LENGTH: Final = 300
"""Longer texts are compared by so many of their characters."""

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_DIGRAPH: Final = re.compile(r"([aou])e")
_JOINING: Final = str.maketrans("", "", ".'’`´")
_WORD: Final = re.compile(r"[a-z0-9]+")
_LOOKALIKES: Final = str.maketrans("01358", "olesb")
_VOWELS: Final = str.maketrans("", "", "aeiouyhw")
_ORDINAL: Final = re.compile(r"([0-9]+)(st|nd|rd|th)")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def folded(text: str) -> str:
    """Return `text` in its compatibility form (NFKC), simplified, in lower case, without invisible characters."""
    shown = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFKC", text[:MAX_LENGTH])
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    # One character may stand for many (`ﷺ`), so that the length is bounded once more.
    return str(_simplifier().convert(shown[:MAX_LENGTH])).casefold()


def han(text: str) -> str:
    """Return the Han characters of a folded text, without what stands between them."""
    return "".join(_HAN.findall(text))


def is_han(text: str) -> bool:
    """Tell whether a folded text is written in Han characters, if only in part."""
    return _HAN.search(text) is not None


def without_han(text: str) -> str:
    """Return a folded text without its Han characters."""
    return _HAN.sub(" ", text)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a folded text in ASCII: `Müller & Söhne` becomes `muller`, `and`, `sohne`.

    Letters that a full stop or apostrophe joins are one word (`S.A.`, `O'Neill`); digits that a scanner put in the
    place of letters are letters again (`0live`).
    """
    spelt = anyascii(text.replace("&", " and ").replace("+", " and ").translate(_JOINING))
    return tuple(_unscanned(word) for word in _WORD.findall(spelt.lower()[: 2 * MAX_LENGTH]))


def sound(characters: str) -> str:
    """Return how Han characters are pronounced, as one word: `台湾` is `taiwan`."""
    return "".join(_WORD.findall(anyascii(characters).lower()))


def plain(word: str) -> str:
    """Return a word so that its common spellings are one: `mueller` is `muller`, and `Srnith` what a scanner read.

    It is for telling whether words are equal; how alike two are is told by how they are written.
    """
    return _DIGRAPH.sub(r"\1", word.replace("rn", "m"))


def skeleton(word: str, length: int = 6) -> str:
    """Return the consonants that a word is recognised by: its first letter and those after it, none twice in a row."""
    kept = word[:1] + word[1:].translate(_VOWELS)
    return "".join(letter for place, letter in enumerate(kept) if place == 0 or letter != kept[place - 1])[:length]


def _unscanned(word: str) -> str:
    if word.isalpha() or word.isdigit():
        return word
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return ordinal[1]
    # Mostly letters: a scanner's digits. Mostly digits (`3m`, `b12`, `42a`): meant as it stands.
    digits = sum(character.isdigit() for character in word)
    return word.translate(_LOOKALIKES) if digits * 2 < len(word) else word
