"""What identifies a person is not in the `repr` of a value, in an event, or in the label of a metric."""

import inspect
from datetime import date
from typing import Any, Final

from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from services.intake import metrics
from services.intake.domain.application import PartyRef, Signals
from services.intake.domain.party import (
    Address,
    Contact,
    ContactKind,
    Identifier,
    Name,
    NewParty,
    PartyKind,
    Profile,
)
from services.intake.vault import Vault
from shared.contracts import decision, intake, limits, scoring
from shared.contracts.envelope import Contract

CANARIES: Final = (
    "Erika Mustermann",
    "李小龙",
    "123-45-6789",
    "Heidestraße 17",
    "51147",
    "Köln",
    "+4922112345",
    "C-17",
)
PROFILE: Final = Profile(
    (Name("Erika Mustermann"), Name("李小龙")),
    (Identifier("us-ssn", "123-45-6789"),),
    (Address(("Heidestraße 17",), "Köln", "51147", "DE"),),
    (Contact(ContactKind.PHONE, "+4922112345"),),
    date(1964, 8, 12),
)
_PERSONAL: Final = {
    *("name", "names", "first_name", "last_name", "identifier", "identifiers", "ssn", "tax_id", "address", "addresses"),
    *("street", "city", "postal_code", "phone", "email", "contact", "contacts", "born_on", "date_of_birth"),
    *("external_ref", "profile", "bank_account", "device_id", "reason", "note", "text", "comment"),
}
_OF_NO_PERSON: Final = {
    # A product, a policy's document, a step of a check.
    ("ProductPublished", "name"),
    ("PolicyVersion", "name"),
    # A code, of why a reservation was declined.
    ("ReservationDeclined", "reason"),
    # The terms of a jurisdiction.
    ("ClockRunningOut", "profile"),
}


def test_a_value_shows_nobody() -> None:
    values: list[object] = [
        PROFILE,
        NewParty(PartyKind.PERSON, "C-17", PROFILE),
        PartyRef("C-17", PartyKind.PERSON),
        Signals(phone="+4922112345", bank_account="C-17", device_id="C-17"),
    ]
    for value in values:
        assert not any(canary in f"{value!r} {value}" for canary in (*CANARIES, "1964"))


def test_the_vault_and_a_data_key_show_nothing_of_their_keys() -> None:
    vault = Vault({"1": b"o" * 32}, "1", b"i" * 32)
    key, wrapped = vault.new_key("pty_1")
    assert not any(secret in f"{vault!r} {key!r} {wrapped!r}" for secret in ("oooo", "iiii"))


def _fields(model: type[BaseModel]) -> list[tuple[str, str]]:
    return [(model.__name__, name) for name in model.model_fields]


def _contracts() -> list[type[Contract]]:
    found: list[type[Contract]] = []
    for module in (intake, scoring, decision, limits):
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, Contract) and value is not Contract:
                found.append(value)
    return found


def test_no_event_has_a_field_for_what_identifies_a_person() -> None:
    fields = {field for contract in _contracts() for field in _fields(contract)}
    assert len(fields) > 100
    personal = {(model, name) for model, name in fields if name in _PERSONAL} - _OF_NO_PERSON
    assert personal == set()


def test_no_metric_has_a_label_that_could_name_a_person() -> None:
    found: list[Any] = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    assert found
    for metric in found:
        assert not set(metric._labelnames) & (_PERSONAL - {"profile"} | {"party", "party_id", "application_id"})
