"""What a mapping may say, checked as a whole before any applicant is asked about."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.sources.document import Currency, Document, SourceDocument, Variable
from services.intake.sources.mapping import MappedAdverse, MappedAnswer, MappedFact, MappedRequest
from services.intake.sources.template import Template
from shared.facts import Fact, FactType

_Pointer = Annotated[str, Field(pattern=r"^(/([^/~]|~[01])+)+$", max_length=200)]
_FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,62}$")]
_HeaderText = Annotated[str, Field(pattern=r"^[ -~]*$", max_length=500)]
_MAX_DEPTH: Final = 10


class _HeaderDocument(Variable):
    """A header from the environment, with what stands before it: `Bearer `."""

    prefix: str = Field("", pattern=r"^[ -~]*$", max_length=50)


class _RequestDocument(Document):
    method: Literal["GET", "POST"]
    path: str = Field(pattern=r"^/[!-~]*$", max_length=500)
    query: dict[str, str] = Field({})
    headers: dict[_HeaderName, _HeaderText | _HeaderDocument] = Field({})
    body: dict[str, Any] | None = None


class _FactDocument(Document):
    pointer: _Pointer
    type: FactType
    currency: Currency | None = None
    minor_units: bool = False
    scale: int = Field(0, ge=0, le=12)
    minimum: int | None = None
    maximum: int | None = None
    unit: str | None = None
    values: dict[str, str | bool] | list[str] | None = None


class _AdverseDocument(Document):
    items: _Pointer
    code: _Pointer
    codes: dict[str, _FactName] = Field(min_length=1)
    description: _Pointer | None = None
    occurred_on: _Pointer
    amount: _Pointer | None = None
    currency: Currency | None = None
    settled: _Pointer | None = None


class _FoundDocument(Document):
    pointer: _Pointer
    values: list[str | int | bool] = Field([])


class _AnswerDocument(Document):
    found: _FoundDocument | None = None
    not_found_statuses: list[Annotated[int, Field(ge=400, le=499)]] = Field([])
    as_of: _Pointer | None = None
    reference: _Pointer | None = None
    facts: dict[_FactName, _FactDocument] = Field(min_length=1, max_length=200)
    adverse: _AdverseDocument | None = None


class MappingDocument(SourceDocument):
    """A source of `type: mapping`."""

    type: Literal["mapping"]
    kind: Literal["bureau", "registry", "report"] = "report"
    parties: list[PartyKind] = Field([PartyKind.PERSON, PartyKind.COMPANY], min_length=1)
    request: _RequestDocument
    answer: _AnswerDocument

    @property
    def finding_kind(self) -> FindingKind:
        """Return what its findings are."""
        return FindingKind(self.kind)

    def mapped_request(self, environment: Mapping[str, str]) -> MappedRequest:
        """Return what is sent; raises `ValueError` naming the place of a fault."""
        asked = self.request
        path = _template(asked.path, "request.path")
        if any(part in {".", ".."} for part in asked.path.split("/")) or "?" in asked.path or "#" in asked.path:
            raise ValueError("request.path: is a plain path; a query goes to request.query")
        if asked.method == "GET" and asked.body is not None:
            raise ValueError("request.body: a GET has none")
        headers = {
            name: header if isinstance(header, str) else header.prefix + header.read(environment)
            for name, header in asked.headers.items()
        }
        query = {name: _template(text, f"request.query.{name}") for name, text in asked.query.items()}
        return MappedRequest(asked.method, path, query, headers, _body(asked.body, "request.body"))

    def mapped_answer(self) -> MappedAnswer:
        """Return how an answer is read; raises `ValueError` naming the place of a fault."""
        told = self.answer
        return MappedAnswer(
            facts=tuple(_fact(name, entry) for name, entry in told.facts.items()),
            adverse=None if told.adverse is None else _adverse(told.adverse),
            found_pointer=None if told.found is None else told.found.pointer,
            found_values=() if told.found is None else tuple(told.found.values),
            not_found_statuses=frozenset(told.not_found_statuses),
            as_of=told.as_of,
            reference=told.reference,
        )


def _template(text: str, place: str) -> Template:
    try:
        return Template(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _body(part: Any, place: str) -> Any:
    """Return a body whose texts are templates."""
    if place.count(".") > _MAX_DEPTH:
        raise ValueError(f"{place}: nested too deep")
    if isinstance(part, str):
        return _template(part, place)
    if isinstance(part, dict):
        return {str(name): _body(value, f"{place}.{name}") for name, value in part.items()}
    if isinstance(part, list):
        return tuple(_body(value, f"{place}.{number}") for number, value in enumerate(part))
    if part is None or type(part) in (bool, int):
        return part
    raise ValueError(f"{place}: write it as a text")


def _fact(name: str, entry: _FactDocument) -> MappedFact:
    place = f"answer.facts.{name}"
    words = entry.values or {}
    if isinstance(words, list):
        words = {word: word for word in words}
    ours = tuple(dict.fromkeys(word for word in words.values() if isinstance(word, str)))
    is_enum = entry.type is FactType.ENUM
    if words and entry.type not in (FactType.ENUM, FactType.BOOLEAN):
        raise ValueError(f"{place}.values: are for an enum or boolean fact")
    if words and any(isinstance(word, str) is not is_enum for word in words.values()):
        raise ValueError(f"{place}.values: a word stands for what is no value of the fact")
    if entry.minor_units and entry.type is not FactType.MONEY:
        raise ValueError(f"{place}.minor_units: are for money")
    try:
        fact = Fact(
            name,
            entry.type,
            unit=entry.unit,
            scale=entry.scale,
            currency=entry.currency,
            values=ours if is_enum else (),
            minimum=entry.minimum,
            maximum=entry.maximum,
        )
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    return MappedFact(fact, entry.pointer, words, entry.minor_units)


def _adverse(entry: _AdverseDocument) -> MappedAdverse:
    if entry.amount is not None and entry.currency is None:
        raise ValueError("answer.adverse.currency: is needed for an amount")
    return MappedAdverse(
        items=entry.items,
        code=entry.code,
        codes=entry.codes,
        description=entry.description,
        occurred_on=entry.occurred_on,
        amount=entry.amount,
        currency=entry.currency or "",
        settled=entry.settled,
    )
