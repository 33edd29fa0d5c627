"""Texts that people are known by: kept as their owners write them, and refused where they are made to deceive.

What looks like one text and is another (characters that nobody sees, letters of one script among those of another)
would hide a person from being found again; what was read in the wrong encoding names nobody.
"""

import re
import unicodedata
from typing import Final

MOST_CHARACTERS: Final = 200
_MOST_MARKS: Final = 2

# Characters without a glyph that Unicode does not count as format characters: joiners, fillers, variation selectors.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for span in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for code in span
}
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SIGNS: Final = frozenset("°©®™№℠〇")
_EAST_ASIAN: Final = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_SPACES: Final = re.compile(r"\s+")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SEPARATORS: Final = re.compile(r"[ ().\-/]")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}$)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_MOST_EMAIL: Final = 254


class UnfitTextError(ValueError):
    """A text can't be kept; `code` says why in a stable word, the message for people. Neither holds the text."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def name(text: str) -> str:
    """Return a name in Unicode's composed form (NFC) with single spaces; raises `UnfitTextError`.

    A name has a letter, at most 200 characters, and its letters are Latin, Chinese, Japanese and Korean, or of one
    other script alone: a Cyrillic letter in a Latin name is there to be taken for its neighbour.
    """
    clean = line(text)
    scripts = {_script(character) for character in clean if unicodedata.category(character).startswith("L")}
    if not scripts:
        raise UnfitTextError("no_letter", "a name has a letter")
    if len(scripts) > 1 and not scripts <= _EAST_ASIAN:
        raise UnfitTextError("mixed_scripts", "mixes letters of scripts that are not written together")
    return clean


def line(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return one line of text in NFC with single spaces; raises `UnfitTextError` for what hides or was misread."""
    if len(text) > most * 4:  # Nothing so long becomes short enough; it isn't worth a look.
        raise UnfitTextError("too_long", f"has more than {most} characters")
    composed = unicodedata.normalize("NFC", text)
    if _is_misread(composed):
        raise UnfitTextError("mojibake", "was read in the wrong encoding; send UTF-8")
    if any(_is_hidden(character) for character in composed):
        raise UnfitTextError("hidden_characters", "has control, invisible, or direction-changing characters")
    if any(_is_ornament(character) for character in composed) or _has_piled_marks(composed):
        raise UnfitTextError("ornaments", "has pictures, disguised letters, or marks piled on a letter")
    clean = _SPACES.sub(" ", composed).strip()
    if not 1 <= len(clean) <= most:
        raise UnfitTextError("too_long" if clean else "empty", f"has between 1 and {most} characters")
    return clean


def phone(text: str) -> str:
    """Return a telephone number in the form of E.164, `+` and up to 15 digits; raises `UnfitTextError`."""
    compact = _PHONE_SEPARATORS.sub("", text[:64])
    if len(text) > len(text[:64]) or _PHONE.fullmatch(compact) is None:
        raise UnfitTextError("not_e164", "is no telephone number with its country code, as in +12025550123")
    return compact


def email(text: str) -> str:
    """Return an e-mail address (RFC 5321, without quoted names) with its domain in lower case; raises `UnfitTextError`.

    A domain in another script is given in its ASCII form (RFC 5890).
    """
    if len(text) > _MOST_EMAIL or _EMAIL.fullmatch(text) is None:
        raise UnfitTextError("not_an_email", "is no e-mail address")
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _BLANK


def _is_ornament(character: str) -> bool:
    """Tell whether a character is a picture, or a letter in the dress of a formula (`𝐀`, `Ⓐ`)."""
    if character in _SIGNS:
        return False
    dress = unicodedata.decomposition(character).partition(" ")[0]
    return unicodedata.category(character) == "So" or dress in ("<font>", "<circle>", "<square>")


def _has_piled_marks(text: str) -> bool:
    piled = 0
    for character in text:
        piled = piled + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if piled > _MOST_MARKS:
            return True
    return False


def _script(letter: str) -> str:
    """Return the script of a letter: the first word of its Unicode name, which tells the scripts apart here."""
    first = unicodedata.name(letter, "UNKNOWN").replace("FULLWIDTH ", "").replace("HALFWIDTH ", "").split(" ", 1)[0]
    return {"IDEOGRAPHIC": "CJK", "FEMININE": "LATIN", "MASCULINE": "LATIN", "MODIFIER": "LATIN"}.get(first, first)


def _is_misread(text: str) -> bool:
    """Tell whether a text is what becomes of UTF-8 or GBK that is read as Windows-1252 or Latin-1, or of lost bytes."""
    if "\ufffd" in text or "锟斤拷" in text:
        return True
    raw = _single_bytes(text)
    if raw is None or raw.isascii():
        return False
    if _decodes(raw, "utf-8"):
        return True
    # Chinese has two bytes above ASCII for each character, and in Latin-1 some of them are signs (`±±¾©`). A European
    # name has letters of ASCII among its others, or no signs.
    has_ascii_letter = any(65 <= byte & 0xDF <= 90 for byte in raw if byte < 0x80)
    has_sign = any(0xA1 <= byte <= 0xBF for byte in raw)
    return has_sign and not has_ascii_letter and sum(byte >= 0x80 for byte in raw) >= 4 and _decodes(raw, "gb2312")


def _single_bytes(text: str) -> bytes | None:
    """Return the bytes that a reader of Windows-1252 took for `text`; None when it can't have been one."""
    found = bytearray()
    for character in text:
        if ord(character) < 256:
            found.append(ord(character))
            continue
        try:
            found += character.encode("cp1252")
        except UnicodeEncodeError:
            return None
    return bytes(found)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
