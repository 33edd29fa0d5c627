"""External functions (DMN 1.5, 10.3.2.13.3): pure methods of `java.lang` that models of other makers call.

No Java runs here, and nothing outside can be reached: the methods below are written for decimal numbers, and every
other method, and every PMML model, is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal, DecimalException
from typing import Final

from shared.feel.evaluate.trigonometry import cosine, sine
from shared.feel.library import BUILTINS
from shared.feel.library.bounds import MAX_CHARACTERS
from shared.feel.operators import divide, power
from shared.feel.values import NUMBERS, FeelError, Value, kind_of
from shared.feel.values.text import to_text

_SIGNATURE = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,19}")
_DIRECTIVE = re.compile(r"%(?:\.(\d{1,2}))?([sdf%n])")

_SIGNS: Final[Mapping[str, str]] = {"%": "%", "n": "\n"}
_HALF: Final = Decimal("0.5")
_BITS: Final[Mapping[str, int]] = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOXED: Final[Mapping[str, str]] = {
    "java.lang.Byte": "byte",
    "java.lang.Short": "short",
    "java.lang.Integer": "int",
    "java.lang.Long": "long",
    "java.lang.Float": "float",
    "java.lang.Double": "double",
    "java.lang.Boolean": "boolean",
    "java.lang.Character": "char",
    "java.math.BigDecimal": "double",
}
_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys((*_BITS, "float", "double"), "number"),
    "boolean": "boolean",
    "char": "string",
    "java.lang.String": "string",
    "java.lang.Object": "object",
    "[Ljava.lang.Object;": "objects",
}


def external_function(description: Value) -> Callable[[Sequence[Value]], Value]:
    """The function that `{java: {class: ..., method signature: ...}}` describes.

    Raises FeelError where there is none; the function itself does for arguments that it does not take.
    """
    java = description.get("java") if isinstance(description, dict) else None
    class_name, signature = (
        (java.get("class"), java.get("method signature")) if isinstance(java, dict) else (None, None)
    )
    if not isinstance(class_name, str) or not isinstance(signature, str):
        raise FeelError("an external function needs an entry `java` with a `class` and a `method signature`")
    parts = _SIGNATURE.fullmatch(signature)
    if parts is None:
        raise FeelError("the signature of a Java method is written as in `max(double, double)`")
    types = [_BOXED.get(name, name) for name in map(str.strip, parts[2].split(",")) if name]
    kinds = tuple(_KINDS.get(name, "") for name in types)
    method = _METHODS.get((class_name, parts[1], kinds))
    if method is None:
        raise FeelError(f"the Java method `{class_name[:64]}.{signature[:64]}` is not available")
    variadic = bool(kinds) and kinds[-1] == "objects"
    return _taking(types[:-1] if variadic else types, variadic, method)


def _taking(types: Sequence[str], variadic: bool, method: Callable[..., Value]) -> Callable[[Sequence[Value]], Value]:
    count = len(types)

    def invoke(arguments: Sequence[Value]) -> Value:
        if len(arguments) < count or (len(arguments) > count and not variadic):
            raise FeelError(f"the Java method takes {count} arguments, not {len(arguments)}")
        return method(*map(_taken, arguments[:count], types), *arguments[count:])

    return invoke


def _taken(value: Value, type_: str) -> Value:
    """An argument as a parameter of a Java type takes it."""
    kind = _KINDS[type_]
    if kind != "object" and kind_of(value) != kind:
        raise FeelError(f"the Java method takes a {type_}, not a {kind_of(value)}")
    if type_ == "char" and isinstance(value, str) and len(value) != 1:
        raise FeelError("the Java method takes a single character")
    return _sized(value, type_) if isinstance(value, Decimal) and type_ in _BITS else value


def _sized(number: Decimal, type_: str) -> Decimal:
    limit = 2 ** (_BITS[type_] - 1)
    if number != number.to_integral_value() or not -limit <= number < limit:
        raise FeelError(f"the number is not a {type_}")
    return number


def _read_number(text: str) -> Value:
    if not _NUMBER.fullmatch(text.strip()):
        raise FeelError("the text is not a number")
    try:
        return NUMBERS.create_decimal(text.strip())
    except DecimalException:
        raise FeelError("the number is out of range") from None


def _read_whole_number(type_: str) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        if not _WHOLE_NUMBER.fullmatch(text):
            raise FeelError(f"the text is not a {type_}")
        return _sized(Decimal(text), type_)

    return read


def _builtin(name: str) -> Callable[..., Value]:
    return lambda *arguments: BUILTINS[name].invoke(arguments)


def _itself(value: Value) -> Value:
    return value


def _format(pattern: str, *arguments: Value) -> Value:
    """`String.format` for `%s`, `%d`, `%f`, `%.2f`, `%n` and `%%`."""
    if _DIRECTIVE.sub("", pattern).count("%"):
        raise FeelError("the format has a directive that is not available")
    remaining = iter(arguments)
    left = MAX_CHARACTERS

    def written(directive: re.Match[str]) -> str:
        nonlocal left
        if directive[2] in _SIGNS:
            return _SIGNS[directive[2]]
        try:
            text = _written(next(remaining), directive[2], int(directive[1] or 6))
        except StopIteration:
            raise FeelError("the format has more directives than there are arguments") from None
        left -= len(text)
        if left < 0:
            raise FeelError(f"a string may have {MAX_CHARACTERS:,} characters at most")
        return text

    return _DIRECTIVE.sub(written, pattern)


def _written(value: Value, directive: str, digits: int) -> str:
    if directive == "s":
        return to_text(value)
    if not isinstance(value, Decimal) or (directive == "d" and value != value.to_integral_value()):
        raise FeelError(f"`%{directive}` takes another kind of value than a {kind_of(value)}")
    return f"{value:.{digits}f}" if directive == "f" else to_text(value)


_MATH: Final[Mapping[tuple[str, int], Callable[..., Value]]] = {
    ("abs", 1): _builtin("abs"),
    ("max", 2): max,
    ("min", 2): min,
    ("ceil", 1): _builtin("ceiling"),
    ("floor", 1): _builtin("floor"),
    ("sqrt", 1): _builtin("sqrt"),
    ("exp", 1): _builtin("exp"),
    ("log", 1): _builtin("log"),
    ("pow", 2): power,
    ("sin", 1): sine,
    ("cos", 1): cosine,
    ("tan", 1): lambda angle: divide(sine(angle), cosine(angle)),
    ("round", 1): lambda number: NUMBERS.add(number, _HALF).to_integral_value(ROUND_FLOOR),
    ("signum", 1): lambda number: Decimal(number.compare(Decimal(0))),
}

_TEXT: Final = "java.lang.String"

_METHODS: Final[Mapping[tuple[str, str, tuple[str, ...]], Callable[..., Value]]] = {
    **{("java.lang.Math", name, ("number",) * count): method for (name, count), method in _MATH.items()},
    **{(boxed, "valueOf", (_KINDS[type_],)): _itself for boxed, type_ in _BOXED.items() if type_ != "char"},
    **{(boxed, "valueOf", ("string",)): _read_whole_number(t) for boxed, t in _BOXED.items() if t in _BITS},
    **{(boxed, "valueOf", ("string",)): _read_number for boxed, t in _BOXED.items() if t in ("float", "double")},
    ("java.lang.Integer", "parseInt", ("string",)): _read_whole_number("int"),
    ("java.lang.Long", "parseLong", ("string",)): _read_whole_number("long"),
    ("java.lang.Double", "parseDouble", ("string",)): _read_number,
    **{(_TEXT, "valueOf", (kind,)): to_text for kind in ("number", "string", "boolean", "object")},
    (_TEXT, "format", ("string", "objects")): _format,
}
