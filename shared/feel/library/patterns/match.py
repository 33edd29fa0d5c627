"""Patterns that are ready to match, and the templates of replacements."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from shared.feel.library.patterns.reader import Reader
from shared.feel.library.patterns.sets import literal
from shared.feel.library.patterns.translate import MAX_PATTERN, Translation, without_whitespace
from shared.feel.values import FeelError

TIME_LIMIT_SECONDS: Final = 0.5
"""For one call. Only a pattern that backtracks without end on its text takes so long."""

MAX_TEXT: Final = 100_000
"""The most characters of a text to match; a sound pattern is done with so many in a fraction of the time limit."""

Template = tuple[str | int, ...]
"""What replaces a match: texts, and the numbers of the groups whose text stands between them."""


_TOO_SLOW: Final = "the pattern takes too long to match"


class TooSlow(FeelError):
    """A pattern that ran out of time. Matching it again and again would take without end: give the evaluation up."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Its methods raise TooSlow beyond TIME_LIMIT_SECONDS, and FeelError beyond MAX_TEXT."""

    program: "regex.Pattern[str]"
    groups: int

    def found_in(self, text: str) -> bool:
        """Tell whether the pattern matches the text, or a part of it."""
        _check(text)
        try:
            return self.program.search(text, timeout=TIME_LIMIT_SECONDS) is not None
        except TimeoutError:
            raise TooSlow(_TOO_SLOW) from None

    def matches_in(self, text: str) -> "Iterator[regex.Match[str]]":
        """All matches, from left to right. Raises FeelError where the pattern matches the empty string."""
        if self.found_in(""):
            raise FeelError("the pattern matches the empty string, which is everywhere")
        _check(text)
        try:
            yield from self.program.finditer(text, timeout=TIME_LIMIT_SECONDS)
        except TimeoutError:
            raise TooSlow(_TOO_SLOW) from None


def _check(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise FeelError(f"a text to match may have {MAX_TEXT:,} characters at most")


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: str = "") -> Pattern:
    """The pattern of XPath with its flags, any of `smixq`. Raises FeelError where either is not valid."""
    if not set(flags) <= set("smixq"):
        raise FeelError("the flags of a pattern are s, m, i, x and q")
    if len(pattern) > MAX_PATTERN:
        raise FeelError(f"a pattern may have {MAX_PATTERN:,} characters at most")
    case = regex.IGNORECASE if "i" in flags else 0
    if "q" in flags:
        return Pattern(regex.compile("".join(map(literal, pattern)), regex.V0 | case), 0)
    reader = Reader(without_whitespace(pattern) if "x" in flags else pattern)
    translation = Translation(reader, dot_all="s" in flags, multi_line="m" in flags)
    text = translation.run()
    try:
        return Pattern(regex.compile(text, regex.V0 | case), translation.groups)
    except regex.error as error:
        raise FeelError(f"the pattern is not valid: {error}") from None


def template(replacement: str, groups: int, flags: str = "") -> Template:
    """The replacement of a pattern with so many groups: `$1` is the text of the first, `$0` that of the whole match.

    A number of one digit without its group stands for nothing. Raises FeelError for a `$` without a number, and for
    a backslash before anything but `$` and itself.
    """
    if "q" in flags:
        return (replacement,)
    reader = Reader(replacement)
    parts: list[str | int] = []
    while not reader.done:
        mark = reader.take()
        if mark == "$":
            parts += _group_number(reader.digits(), groups)
        elif mark == "\\":
            parts.append(_escaped(reader.take()))
        else:
            parts.append(mark)
    return tuple(parts)


def _escaped(mark: str) -> str:
    if mark not in "\\$":
        raise FeelError("in a replacement, a backslash stands before `$` or a backslash only")
    return mark


def _group_number(digits: str, groups: int) -> list[str | int]:
    if not digits:
        raise FeelError("in a replacement, `$` is followed by the number of a group")
    used = min(len(digits), len(str(groups)))
    if used > 1 and int(digits[:used]) > groups:
        used -= 1
    number = int(digits[:used])
    return [number if number <= groups else "", digits[used:]]
