"""References in PostgreSQL: only ever added; what was said is kept sealed."""

from collections.abc import Collection
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import text

from services.intake.domain.reference import BankReference, Reference, ReferenceKind, TradeReference
from services.intake.store import keys
from services.intake.vault import DataKey, Vault
from shared.db import Transaction

_SAID: Final = "reference.details"
_TRADE: Final = TypeAdapter(TradeReference)
_BANK: Final = TypeAdapter(BankReference)

_ADD: Final = text("""
    INSERT INTO reference (reference_id, party_id, kind, taken_on, details, replaces, created_by, created_at)
    VALUES (:reference_id, :party_id, :kind, :taken_on, :details, :replaces, :created_by, :created_at)
""")
_OF_PARTIES: Final = text("""
    SELECT r.reference_id, r.party_id, r.kind, r.taken_on, r.details, r.replaces, r.created_by, r.created_at
    FROM reference r
    WHERE r.party_id = ANY(CAST(:party_ids AS text[]))
      AND NOT EXISTS (SELECT FROM reference later WHERE later.replaces = r.reference_id)
    ORDER BY r.reference_id DESC LIMIT 1000
""")
# The lock of a party's references: facts are made of all of them, so that no two may be added at the same moment.
_LOCK: Final = text("SELECT FROM data_key WHERE subject_id = :party_id FOR NO KEY UPDATE")


async def lock(tx: Transaction, party_id: str) -> None:
    """Let nobody else add to a party's references until this transaction ends."""
    await tx.execute(_LOCK, {"party_id": party_id})


async def add(tx: Transaction, key: DataKey, reference: Reference) -> None:
    """Store a reference, what was said in it sealed with the party's key."""
    said = reference.said
    dumped = _TRADE.dump_json(said) if isinstance(said, TradeReference) else _BANK.dump_json(said)
    await tx.execute(
        _ADD,
        {
            "reference_id": reference.reference_id,
            "party_id": reference.party_id,
            "kind": reference.kind,
            "taken_on": reference.taken_on,
            "details": key.seal(_SAID, dumped),
            "replaces": reference.replaces,
            "created_by": reference.created_by,
            "created_at": reference.created_at,
        },
    )


async def of_party(tx: Transaction, vault: Vault, party_id: str) -> list[Reference]:
    """Return the references of a party that none has replaced, newest first; none of one that was erased."""
    return await of_parties(tx, vault, {party_id})


async def of_parties(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> list[Reference]:
    """Return the references of several records of one party, as `of_party` does."""
    rows = list(await tx.execute(_OF_PARTIES, {"party_ids": list(party_ids)}))
    data_keys = await keys.existing(tx, vault, {row.party_id for row in rows})
    found: list[Reference] = []
    for row in rows:
        key = data_keys.get(row.party_id)
        if key is None:
            continue
        opened = key.open(_SAID, bytes(row.details))
        said: TradeReference | BankReference
        said = (_TRADE if row.kind == ReferenceKind.TRADE else _BANK).validate_json(opened)
        found.append(
            Reference(
                reference_id=row.reference_id,
                party_id=row.party_id,
                taken_on=row.taken_on,
                said=said,
                replaces=row.replaces,
                created_by=row.created_by,
                created_at=row.created_at,
            )
        )
    return found
