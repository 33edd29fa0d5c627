"""Sealed fields: what identifies a party is kept encrypted, found by blind index, and destroyed with its key.

Envelope encryption: each party has a data key of its own, which seals its fields (AES-256-GCM, NIST SP 800-38D, a fresh
96-bit nonce each, and the party and the field as associated data, so that a sealed value opens in its own place only).
The data key is kept wrapped by a master key, which has an id. Rotation wraps data keys anew and touches no field;
whoever destroys a data key has erased everything that it sealed, in every backup (crypto-shredding).

A blind index (HMAC-SHA-256 under a key of its own) finds equal values without telling what they are.
"""

import hmac
import json
import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_FORMAT: Final = b"\x01"
DIGEST_BYTES: Final = 16


class SealError(Exception):
    """A sealed value does not open: another key, another place, or damaged. The text never holds a value."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A party's data key as it is stored: wrapped by the master key `key_id`."""

    key_id: str
    wrapped: bytes


class DataKey:
    """A party's data key, unwrapped: seals and opens the party's fields."""

    __slots__ = ("_cipher", "_subject")

    def __init__(self, subject_id: str, key: bytes) -> None:
        self._subject = subject_id
        self._cipher = AESGCM(key)

    def seal(self, field: str, value: bytes) -> bytes:
        """Return `value` sealed for this party's `field`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, value, self._place(field))

    def open(self, field: str, sealed: bytes) -> bytes:
        """Return what was sealed for this party's `field`; raises `SealError` when it does not open."""
        return _opened(self._cipher, sealed, self._place(field))

    def _place(self, field: str) -> bytes:
        return f"{self._subject}\x1f{field}".encode()


class Vault:
    """The master keys by id, the one that new data keys are wrapped by, and the key of the blind index."""

    def __init__(self, keys: Mapping[str, bytes], active: str, index_key: bytes) -> None:
        if active not in keys or any(len(key) != _KEY_BYTES for key in (*keys.values(), index_key)):
            raise ValueError("the keys of the vault are 32 bytes each, and the active one is among them")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.active = active
        self._index = hmac.new(index_key, digestmod="sha256")

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """Read `{"active": id, "keys": {id: base64 of 32 bytes}, "index": base64 of 32 bytes}`.

        Raises `ValueError`, which never quotes the file, when it is not readable as that.
        """
        try:
            document: Any = json.loads(path.read_text())
            keys = {key_id: b64decode(key, validate=True) for key_id, key in document["keys"].items()}
            return cls(keys, document["active"], b64decode(document["index"], validate=True))
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path}: not a readable file of vault keys ({type(error).__name__})") from None

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of the master keys that are here."""
        return frozenset(self._ciphers)

    def new_key(self, subject_id: str) -> tuple[DataKey, WrappedKey]:
        """Return a fresh data key for a party, and how it is stored."""
        key = os.urandom(_KEY_BYTES)
        return DataKey(subject_id, key), self._wrap(subject_id, key)

    def unwrap(self, subject_id: str, stored: WrappedKey) -> DataKey:
        """Return a party's data key; raises `SealError` when its master key is not here or it does not open."""
        return DataKey(subject_id, self._unwrapped(subject_id, stored))

    def rewrap(self, subject_id: str, stored: WrappedKey) -> WrappedKey:
        """Return the same data key wrapped by the active master key."""
        return self._wrap(subject_id, self._unwrapped(subject_id, stored))

    def digest(self, kind: str, value: str) -> bytes:
        """Return the blind index of a value of a kind: 16 bytes that are the same for equal values only."""
        mac = self._index.copy()
        mac.update(f"{kind}\x1f{value}".encode())
        return mac.digest()[:DIGEST_BYTES]

    def _wrap(self, subject_id: str, key: bytes) -> WrappedKey:
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = _FORMAT + nonce + self._ciphers[self.active].encrypt(nonce, key, subject_id.encode())
        return WrappedKey(self.active, wrapped)

    def _unwrapped(self, subject_id: str, stored: WrappedKey) -> bytes:
        cipher = self._ciphers.get(stored.key_id)
        if cipher is None:
            raise SealError(f"the master key {stored.key_id} is not in the vault")
        return _opened(cipher, stored.wrapped, subject_id.encode())


def _opened(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    if sealed[:1] != _FORMAT or len(sealed) <= 1 + _NONCE_BYTES:
        raise SealError("not a sealed value")
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place)
    except InvalidTag:
        raise SealError("a sealed value does not open here") from None
