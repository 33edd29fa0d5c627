"""Boxed expressions as FEEL texts (DMN 1.5, 10.2): all but decision tables have a form in FEEL itself."""

from collections.abc import Callable, Mapping
from typing import Final

from services.policies.interchange.read.source import Source, expression_of, expressions_of, name_of, text_of
from shared.dmn.xml import Element


class NoTextError(ValueError):
    """An expression that cannot be written in FEEL; the words say why."""


def feel_of(element: Element, source: Source) -> str:
    """Return the FEEL text of a boxed expression; raises `NoTextError`."""
    return _WRITERS[element.name](element, source)


def _literal(element: Element, source: Source) -> str:
    language = source.language_of(element)
    if language is not None:
        raise NoTextError(f"is written in {language}, not in FEEL")
    text = text_of(element)
    if not text.strip():
        raise NoTextError("is empty")
    return text


def _within(element: Element | None, source: Source) -> str:
    expression = expression_of(element) if element is not None else None
    if expression is None:
        raise NoTextError("lacks a part")
    return feel_of(expression, source)


def _context(element: Element, source: Source) -> str:
    entries = []
    result = None
    for entry in element.all("contextEntry"):
        variable = entry.first("variable")
        name = name_of(variable) if variable is not None else ""
        if name:
            entries.append(f"{name}: {_within(entry, source)}")
        else:
            result = _within(entry, source)
    if result is None:
        return f"{{{', '.join(entries)}}}"
    if not entries:
        return result
    return f"{{{', '.join(entries)}, result: {result}}}.result"


def _list(element: Element, source: Source) -> str:
    return f"[{', '.join(feel_of(item, source) for item in expressions_of(element))}]"


def _relation(element: Element, source: Source) -> str:
    columns = [name_of(column) for column in element.all("column")]
    rows = []
    for row in element.all("row"):
        cells = [feel_of(cell, source) for cell in expressions_of(row)]
        rows.append(f"{{{', '.join(f'{name}: {cell}' for name, cell in zip(columns, cells, strict=True))}}}")
    return f"[{', '.join(rows)}]"


def _invocation(element: Element, source: Source) -> str:
    bindings = []
    for binding in element.all("binding"):
        parameter = binding.first("parameter")
        bindings.append(f"{name_of(parameter) if parameter is not None else ''}: {_within(binding, source)}")
    return f"{_within(element, source)}({', '.join(bindings)})"


def _function(element: Element, source: Source) -> str:
    if element.attributes.get("kind", "FEEL") != "FEEL":
        raise NoTextError("is code in another language")
    parameters = ", ".join(name_of(parameter) for parameter in element.all("formalParameter"))
    return f"function({parameters}) {_within(element, source)}"


def _conditional(element: Element, source: Source) -> str:
    condition, then, otherwise = (_within(element.first(part), source) for part in ("if", "then", "else"))
    return f"(if {condition} then {then} else {otherwise})"


def _filter(element: Element, source: Source) -> str:
    return f"({_within(element.first('in'), source)})[{_within(element.first('match'), source)}]"


def _for(element: Element, source: Source) -> str:
    iterator = element.attributes.get("iteratorVariable", "")
    collection, result = _within(element.first("in"), source), _within(element.first("return"), source)
    return f"(for {iterator} in {collection} return {result})"


def _quantified(element: Element, source: Source) -> str:
    iterator = element.attributes.get("iteratorVariable", "")
    collection, condition = _within(element.first("in"), source), _within(element.first("satisfies"), source)
    return f"({element.name} {iterator} in {collection} satisfies {condition})"


def _table(_element: Element, _source: Source) -> str:
    raise NoTextError("has a decision table within another expression")


_WRITERS: Final[Mapping[str, Callable[[Element, Source], str]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "relation": _relation,
    "list": _list,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}
