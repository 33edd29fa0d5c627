"""Reads the file of sources (`INTAKE_SOURCES_FILE`, docs/sources.md) and makes the connectors that it describes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from services.intake.domain.breaker import BreakerSettings
from services.intake.domain.party import PartyKind
from services.intake.sources import company_registry, consumer_bureau, mapping
from services.intake.sources.company_registry import CompanyRegistry
from services.intake.sources.consumer_bureau import ConsumerBureau
from services.intake.sources.document import Currency, Document, Scheme, SourceDocument, Variable
from services.intake.sources.mapping import MappedSource
from services.intake.sources.mapping_document import MappingDocument
from services.intake.sources.port import Source
from services.intake.sources.transport import Transport
from shared.facts import Fact
from shared.money import Money
from shared.yaml import load_yaml


class ConfigurationError(Exception):
    """The file of sources can't be used; the text names the place and the fault."""


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A connector and how it is used.

    One try takes at most `timeout_seconds`, a question at most `attempts` tries, and at most `concurrency` questions
    are under way. `cost` is that of one answer, found or not. `facts` are all that the source may tell, by name; it
    knows `parties` of these kinds.
    """

    source: Source
    timeout_seconds: float
    attempts: int
    concurrency: int
    cost: Money | None
    breaker: BreakerSettings
    facts: Mapping[str, Fact]
    parties: frozenset[PartyKind]


class _BureauDocument(SourceDocument):
    type: Literal["consumer-bureau"]
    key: Variable
    scheme: Scheme = "us-ssn"
    currency: Currency


class _RegistryDocument(SourceDocument):
    type: Literal["company-registry"]
    user: Variable
    password: Variable
    schemes: list[Scheme] = Field(min_length=1, max_length=10)
    currency: Currency


_Entry = Annotated[_BureauDocument | _RegistryDocument | MappingDocument, Field(discriminator="type")]


class _File(Document):
    sources: dict[Scheme, _Entry] = Field(max_length=100)


_FILE = TypeAdapter(_File)


def load(path: Path, environment: Mapping[str, str] = os.environ) -> dict[str, ConfiguredSource]:
    """Return the sources of a file by name, each with its connector; raises `ConfigurationError` naming each fault."""
    try:
        document: Any = load_yaml(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {type(error).__name__}") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    try:
        entries = _FILE.validate_python(document).sources
    except ValidationError as error:
        raise ConfigurationError("\n".join(f"{path}: {words}" for words in _faults(error))) from None
    made: dict[str, ConfiguredSource] = {}
    faults: list[str] = []
    for name, entry in entries.items():
        try:
            made[name] = _configured(name, entry, environment)
        except ValueError as error:
            faults.append(f"{path}: sources.{name}: {error}")
    if faults:
        raise ConfigurationError("\n".join(faults))
    return made


def _faults(error: ValidationError) -> list[str]:
    """Return where each fault is, without the value: it may be a secret that does not belong there."""
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the document'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _configured(name: str, entry: _Entry, environment: Mapping[str, str]) -> ConfiguredSource:
    source, facts, parties = _connector(name, entry, environment)
    cost = None if entry.cost is None else Money(entry.cost.amount_minor, entry.cost.currency)
    return ConfiguredSource(
        source,
        entry.timeout_seconds,
        entry.attempts,
        entry.concurrency,
        cost,
        BreakerSettings(**entry.breaker.model_dump()),
        facts,
        parties,
    )


def _connector(
    name: str, entry: _Entry, environment: Mapping[str, str]
) -> tuple[Source, Mapping[str, Fact], frozenset[PartyKind]]:
    url = entry.url(environment)

    def transport(media_type: str) -> Transport:
        return Transport(
            url,
            entry.timeout_seconds,
            media_type=media_type,
            concurrency=entry.concurrency,
            max_bytes=entry.max_bytes,
        )

    if isinstance(entry, _BureauDocument):
        key = entry.key.read(environment)
        bureau = ConsumerBureau(
            name, transport(consumer_bureau.MEDIA_TYPE), key=key, scheme=entry.scheme, currency=entry.currency
        )
        return bureau, consumer_bureau.facts(entry.currency), frozenset({PartyKind.PERSON})
    if isinstance(entry, _RegistryDocument):
        registry = CompanyRegistry(
            name,
            transport(company_registry.MEDIA_TYPE),
            user=entry.user.read(environment),
            password=entry.password.read(environment),
            schemes=entry.schemes,
            currency=entry.currency,
        )
        return registry, company_registry.facts(entry.currency), frozenset({PartyKind.COMPANY})
    request, answer, parties = entry.mapped_request(environment), entry.mapped_answer(), frozenset(entry.parties)
    mapped = MappedSource(name, entry.finding_kind, transport(mapping.MEDIA_TYPE), request, answer, parties)
    return mapped, {each.fact.name: each.fact for each in answer.facts}, parties
