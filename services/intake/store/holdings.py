"""What intake holds about parties, table by table: where the party stands, what is sealed, and what each is for.

The one inventory that export, erasure and retention go by. A table that is in neither list below fails a test, so that
nothing that holds something about a person is ever left out.
"""

# ruff: noqa: S608 - names of ours make up the queries; values are parameters.

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.retention import RecordKind
from services.intake.vault import DataKey
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Holding:
    """A table with records of parties.

    `party` names its columns that hold a party's id, of which any may be the party's; `through` is the table whose
    party a record is, where it has none of its own, and the column they share. `sealed` has for each sealed column the
    field that it was sealed as, in which `{column}` stands for the record's value. `hidden` columns are of no use to
    anybody outside (digests, places in storage).
    """

    name: str
    table: str
    order: str
    purpose: str
    source: str
    party: tuple[str, ...] = ("party_id",)
    through: tuple[str, str] | None = None
    sealed: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    kind: RecordKind | None = None


_RECORD: Final = "to know whom a decision is about"
_CREDIT: Final = "to decide on credit that was applied for"
_PROOF: Final = "to show on what grounds something was done"
_APPLICANT: Final = "the applicant, or whoever applied in their name"

HELD: Final = (
    Holding(
        "party",
        "party",
        "party_id",
        _RECORD,
        _APPLICANT,
        sealed={"profile": "profile"},
        kind=RecordKind.PARTY,
    ),
    Holding(
        "party_changes",
        "party_change",
        "change_id",
        _PROOF,
        "this service",
        party=("party_id", "other_party_id"),
        sealed={"detail": "change:{change_id}"},
    ),
    Holding(
        "ownerships",
        "ownership",
        "ownership_id",
        "to know whom exposure is shared with",
        "the applicant, or a registry",
        party=("owner_id", "owned_id"),
    ),
    Holding("applications", "application", "application_id", _CREDIT, _APPLICANT),
    Holding(
        "application_moves",
        "application_move",
        "sequence",
        _PROOF,
        "this service",
        through=("application", "application_id"),
        sealed={"note": "application.note.{application_id}.{sequence}"},
    ),
    Holding(
        "submissions",
        "submission",
        "revision",
        _PROOF,
        "this service",
        through=("application", "application_id"),
    ),
    Holding("findings", "finding", "finding_id", _CREDIT, "what each of them names as its source"),
    Holding(
        "consents",
        "consent",
        "consent_id",
        _PROOF,
        _APPLICANT,
        sealed={"proof": "proof:{consent_id}", "revocation": "revocation:{consent_id}"},
        kind=RecordKind.CONSENT,
    ),
    Holding(
        "statement_acceptances",
        "statement_acceptance",
        "version",
        _PROOF,
        "a credit officer",
        through=("financial_statement", "statement_id, version"),
        sealed={"reason": "statement.reason"},
    ),
    Holding(
        "investigations",
        "investigation",
        "opened_at",
        _CREDIT,
        "this service",
        through=("application", "application_id"),
    ),
    Holding("inquiries", "inquiry", "inquiry_id", _PROOF, "this service"),
    Holding(
        "reports",
        "report",
        "report_id",
        _CREDIT,
        "the bureau or registry that each of them names",
        sealed={"contents": "report:{report_id}", "raw": "raw:{report_id}"},
        kind=RecordKind.REPORT,
    ),
    Holding(
        "documents",
        "document",
        "document_id",
        _CREDIT,
        _APPLICANT,
        sealed={"details": "document.details"},
        hidden=("digest",),
        kind=RecordKind.DOCUMENT,
    ),
    Holding(
        "references",
        "reference",
        "reference_id",
        _CREDIT,
        "the supplier or bank that gave it",
        sealed={"details": "reference.details"},
        kind=RecordKind.REFERENCE,
    ),
    Holding(
        "statements",
        "financial_statement",
        "statement_id",
        _CREDIT,
        "the company, or a registry",
        sealed={"unmapped": "statement.unmapped"},
        kind=RecordKind.STATEMENT,
    ),
    Holding(
        "opinions",
        "opinion",
        "opinion_id",
        _CREDIT,
        "a credit officer",
        sealed={"words": "opinion.words", "report": "opinion.report"},
    ),
    Holding(
        "match_cases",
        "match_case",
        "case_id",
        _RECORD,
        "this service",
        sealed={"reason": "match_case/{case_id}/reason"},
    ),
    Holding(
        "reviews",
        "review",
        "review_id",
        "to look after credit that was granted",
        "this service",
        sealed={"note": "review/{review_id}/note"},
    ),
    Holding(
        "legal_holds",
        "legal_hold",
        "hold_id",
        "to answer in proceedings",
        "whoever placed the hold",
        sealed={"reason": "legal_hold/{hold_id}/reason", "release_reason": "legal_hold/{hold_id}/release"},
    ),
    Holding("accesses", "privacy_access", "access_id", _PROOF, "this service"),
)

DIGESTS: Final = (
    ("application_signal", "application_id IN (SELECT application_id FROM application WHERE party_id = ANY({ids}))"),
    ("match_key", "party_id = ANY({ids})"),
)
"""Tables of blind digests, by which a party is found, with the rows that are a party's."""

NOT_PERSONAL: Final = frozenset(
    {
        # Of the platform: events hold facts and ids, answers to requests live for a day.
        "outbox",
        "inbox",
        "idempotency",
        "dead_letter",
        "catalogue_entry",
        "activation",
        # Facts about sources, industries and series.
        "source_day",
        "source_breaker",
        "industry_table",
        "indicator_series",
        "indicator_observation",
        "indicator_trigger",
        "indicator_signal",
        # Ids that lead to what the inventory names.
        "application_clock",
        "document_use",
        "file_removal",
        "inquiry_attempt",
        "match_candidate",
        "match_difference",
        # Keys, and what is left of an erasure.
        "data_key",
        "erasure",
    }
)
"""Tables that hold nothing about a person beyond ids."""


async def records(
    tx: Transaction, holding: Holding, party_ids: Collection[str], keys: Mapping[str, DataKey]
) -> list[dict[str, Any]]:
    """Return the records of parties in a table as JSON values, sealed columns opened (None where that is impossible).

    Numbers come as text, so that none loses a digit.
    """
    found = await tx.execute(_read(holding), {"ids": list(party_ids)})
    return [_opened(holding, json.loads(row.record, parse_float=str), row.subject, keys) for row in found]


def _read(holding: Holding) -> Any:
    if holding.through is None:
        where = " OR ".join(f"t.{column} = ANY(CAST(:ids AS text[]))" for column in holding.party)
        columns = f"to_jsonb(t)::text AS record, t.{holding.party[0]} AS subject"
        query = f"SELECT {columns} FROM {holding.table} t WHERE {where}"
    else:
        through, column = holding.through
        query = f"""
            SELECT to_jsonb(t)::text AS record, o.party_id AS subject
            FROM {through} o JOIN {holding.table} t USING ({column}) WHERE o.party_id = ANY(CAST(:ids AS text[]))
        """
    return text(f"{query} ORDER BY t.{holding.order}")


def _opened(holding: Holding, record: dict[str, Any], subject: str, keys: Mapping[str, DataKey]) -> dict[str, Any]:
    key = keys.get(subject)
    shown = {name: value for name, value in record.items() if name not in holding.hidden}
    for column, field_name in holding.sealed.items():
        if record[column] is not None:
            # PostgreSQL writes bytes as \x and hexadecimal digits.
            sealed = bytes.fromhex(record[column][2:])
            shown[column] = None if key is None else _value(key.open(field_name.format(**record), sealed))
    return shown


def _value(opened: bytes) -> Any:
    """Return what was sealed as JSON has it: a document as it is, else a text, else base64."""
    try:
        written = opened.decode()
    except UnicodeDecodeError:
        return b64encode(opened).decode()
    try:
        return json.loads(written, parse_float=str)
    except (ValueError, RecursionError):
        return written


async def delete_digests(tx: Transaction, party_ids: Collection[str]) -> None:
    """Delete everything by which parties are found."""
    for table, rows in DIGESTS:
        condition = rows.format(ids="CAST(:ids AS text[])")
        await tx.execute(text(f"DELETE FROM {table} WHERE {condition}"), {"ids": list(party_ids)})
