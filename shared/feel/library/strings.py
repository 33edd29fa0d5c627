"""Functions on strings (DMN 1.5, 10.3.4.3). Characters are code points, positions count from 1, or -1 from the end."""

from decimal import Decimal

from shared.feel.library.bounds import MAX_CHARACTERS, bounded_list, bounded_text, index_at, whole
from shared.feel.library.patterns import compiled, template
from shared.feel.library.signature import LIST, NUMBER, STRING, Parameter, builtin, form
from shared.feel.values import FeelError, Value


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> Value:
    first = index_at(start, len(text))
    if length is None:
        return text[first:]
    if length < 0:
        raise FeelError("a length is not negative")
    return text[first : first + whole(length)]


def _length(text: str) -> Value:
    return Decimal(len(text))


def _upper(text: str) -> Value:
    return bounded_text(text.upper())


def _lower(text: str) -> Value:
    return bounded_text(text.lower())


def _before(text: str, match: str) -> Value:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


def _after(text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


def _contains(text: str, match: str) -> Value:
    return match in text


def _starts(text: str, match: str) -> Value:
    return text.startswith(match)


def _ends(text: str, match: str) -> Value:
    return text.endswith(match)


def _matches(text: str, pattern: str, flags: str | None = None) -> Value:
    return compiled(pattern, flags or "").found_in(text)


def _replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    matcher = compiled(pattern, flags or "")
    parts = template(replacement, matcher.groups, flags or "")
    made: list[str] = []
    end = size = 0
    for match in matcher.matches_in(text):
        between = text[end : match.start()]
        instead = "".join(part if isinstance(part, str) else match.group(part) or "" for part in parts)
        made += (between, instead)
        end = match.end()
        size += len(between) + len(instead)
        if size > MAX_CHARACTERS:
            break
    made.append(text[end:])
    return bounded_text("".join(made))


def _split(text: str, delimiter: str) -> Value:
    pieces: list[Value] = []
    end = 0
    for match in compiled(delimiter).matches_in(text):
        pieces.append(text[end : match.start()])
        end = match.end()
    return bounded_list([*pieces, text[end:]])


def _join(items: list[Value], delimiter: str | None = None) -> Value:
    """The strings of a list in one; nulls are left out."""
    pieces: list[str] = []
    size = 0
    for item in items:
        if item is None:
            continue
        if not isinstance(item, str):
            raise FeelError("the items must be strings")
        pieces.append(item)
        size += len(item) + len(delimiter or "")
        if size > MAX_CHARACTERS + len(delimiter or ""):
            break
    return bounded_text((delimiter or "").join(pieces))


_STRING = Parameter("string", STRING)
_MATCH = Parameter("match", STRING)
_INPUT = Parameter("input", STRING)
_PATTERN = Parameter("pattern", STRING)
_FLAGS = Parameter("flags", STRING, optional=True, nullable=True)

FUNCTIONS = (
    builtin(
        "substring",
        "string",
        form(_substring, _STRING, Parameter("start position", NUMBER), Parameter("length", NUMBER, optional=True)),
    ),
    builtin("string length", "number", form(_length, _STRING)),
    builtin("upper case", "string", form(_upper, _STRING)),
    builtin("lower case", "string", form(_lower, _STRING)),
    builtin("substring before", "string", form(_before, _STRING, _MATCH)),
    builtin("substring after", "string", form(_after, _STRING, _MATCH)),
    builtin("contains", "boolean", form(_contains, _STRING, _MATCH)),
    builtin("starts with", "boolean", form(_starts, _STRING, _MATCH)),
    builtin("ends with", "boolean", form(_ends, _STRING, _MATCH)),
    builtin("matches", "boolean", form(_matches, _INPUT, _PATTERN, _FLAGS)),
    builtin("replace", "string", form(_replace, _INPUT, _PATTERN, Parameter("replacement", STRING), _FLAGS)),
    builtin("split", "list<string>", form(_split, _STRING, Parameter("delimiter", STRING))),
    builtin(
        "string join",
        "string",
        form(_join, Parameter("list", LIST), Parameter("delimiter", STRING, optional=True, nullable=True)),
    ),
)
