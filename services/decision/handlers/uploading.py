"""Taking files in, piece by piece, and removing those that were never completed or that nobody uses any more."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog

from services.decision.domain.upload import MAX_SECONDS, Limits, Upload
from services.decision.store import uploads
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Kind, Refusal, invalid, not_found, unavailable
from shared.idempotency import Answer, Claim
from shared.ids import new_id

log = structlog.get_logger()

CHUNK_BYTES: Final = 1 << 20

KEEP_UNUSED_DAYS: Final = 30
_SWEEP_SECONDS: Final = 600.0


async def take_in(
    db: Database,
    claim: Claim,
    name: str,
    body: AsyncIterator[bytes],
    limits: Limits,
    answer: Callable[[Upload], Answer],
) -> Answer:
    """Keep the bytes of `body` as a file that is called `name`, and answer by `answer`.

    The claim's fingerprint is of the request without its body; the body's hash joins it here. The file becomes usable
    in the transaction that stores the answer, or never: a repetition with the same key and bytes gets the first answer,
    and its own bytes are thrown away. Raises `Refusal`: what `body` raises, 422 for an empty one, 429 when there is no
    room, 400 when it takes too long, 503.
    """
    upload_id = new_id("upl")
    async with db.transaction() as tx:
        if await uploads.space(tx) >= limits.space_bytes:
            raise Refusal(Kind.THROTTLED, "no_room_for_uploads", "the files that are kept take all the room there is")
        await uploads.add(tx, upload_id, name, claim.client)
    try:
        async with asyncio.timeout(limits.seconds):
            digest = await _store(db, upload_id, body)
        whole = replace(claim, fingerprint=hashlib.sha256(claim.fingerprint + digest).digest())
        return await _complete(db, upload_id, digest.hex(), whole, answer)
    except TimeoutError:
        raise Refusal(Kind.MALFORMED, "too_slow", f"a body may take {limits.seconds:.0f} seconds") from None
    finally:
        # A complete upload is left alone. What can't be removed now is removed by the worker.
        with suppress(Refusal):
            async with db.transaction() as tx:
                await uploads.discard(tx, upload_id)


async def _store(db: Database, upload_id: str, body: AsyncIterator[bytes]) -> bytes:
    """Keep all of `body` and return its SHA-256; each piece is committed by itself, so that a slow client blocks none.

    Raises `Refusal` with 422 when there is nothing in it.
    """
    digest, number, held = hashlib.sha256(), 0, bytearray()
    async for part in body:
        digest.update(part)
        held += part
        while len(held) >= CHUNK_BYTES:
            await _keep(db, upload_id, number, bytes(held[:CHUNK_BYTES]))
            del held[:CHUNK_BYTES]
            number += 1
    if held:
        await _keep(db, upload_id, number, bytes(held))
    elif number == 0:
        raise invalid("empty_body", "the body is empty")
    return digest.digest()


async def _keep(db: Database, upload_id: str, number: int, piece: bytes) -> None:
    async with db.transaction() as tx:
        if not await uploads.add_chunk(tx, upload_id, number, piece):
            raise _lapsed()


async def _complete(
    db: Database, upload_id: str, sha256: str, claim: Claim, answer: Callable[[Upload], Answer]
) -> Answer:
    async def act(tx: Transaction, _places: object) -> Sequence[Answer | Refusal]:
        kept = await uploads.complete(tx, upload_id, sha256)
        return [_lapsed() if kept is None else answer(kept)]

    (result,) = await idempotency.once(db, [claim], act)
    if isinstance(result, Refusal):
        raise result
    return result


def _lapsed() -> Refusal:
    return unavailable("upload_lapsed", "the upload was given up before it was complete; send it again")


async def get_upload(db: Database, upload_id: str) -> Upload:
    """Return an upload, complete or not; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await uploads.find(tx, upload_id)
    if found is None:
        raise not_found("upload_not_found", "there is no such upload")
    return found


async def sweep_uploads(db: Database) -> None:
    """Remove, until cancelled, what was never completed and what nobody has used for `KEEP_UNUSED_DAYS`."""
    while True:
        try:
            async with db.transaction() as tx:
                # Nobody sends for longer than this; the rest is for a last statement that is under way.
                await uploads.sweep(tx, 2 * MAX_SECONDS, KEEP_UNUSED_DAYS)
        except Refusal as refusal:
            log.warning("uploads_not_swept", cause=refusal.code)
        await asyncio.sleep(_SWEEP_SECONDS)
