"""Applications on their way: what is still missing, and where they go once it is there."""

from collections.abc import Collection, Sequence

from services.intake.vault import Vault
from shared.db import Transaction


async def arrived(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> None:
    """Look again at the applications of parties of whom something was added to the credit file."""


async def investigated(
    tx: Transaction, vault: Vault, application_id: str, revision: int, fallbacks: Sequence[str]
) -> None:
    """Take an application on once its investigation has ended; `fallbacks` are what had to be done without."""
