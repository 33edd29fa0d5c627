"""Sealed fields open in their own place only, and not at all once the key is gone."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.intake.store import keys, privacy
from services.intake.vault import DIGEST_BYTES, SealError, Vault, WrappedKey
from shared.db import Database
from shared.ids import new_id

_OLD, _NEW, _INDEX = b"o" * 32, b"n" * 32, b"i" * 32
_TEXTS = st.text(max_size=40)
_BYTES = st.binary(max_size=200)


def _vault(active: str = "1", **others: bytes) -> Vault:
    return Vault({"1": _OLD, **others}, active, _INDEX)


@given(_TEXTS, _TEXTS, _BYTES)
def test_what_was_sealed_opens_as_it_was(party_id: str, field: str, value: bytes) -> None:
    key, wrapped = _vault().new_key(party_id)
    assert _vault().unwrap(party_id, wrapped).open(field, key.seal(field, value)) == value


@given(_TEXTS, _TEXTS, _TEXTS, _TEXTS, _BYTES)
def test_a_sealed_value_opens_in_no_other_place(
    party: str, field: str, other: str, elsewhere: str, value: bytes
) -> None:
    key, wrapped = _vault().new_key(party)
    sealed = key.seal(field, value)
    if field != elsewhere:
        with pytest.raises(SealError):
            key.open(elsewhere, sealed)
    if party != other:
        with pytest.raises(SealError):
            _vault().unwrap(other, wrapped)


@given(_BYTES, st.data())
def test_a_value_that_was_tampered_with_does_not_open(value: bytes, data: st.DataObject) -> None:
    key, _ = _vault().new_key("pty_1")
    sealed = bytearray(key.seal("profile", value))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        key.open("profile", bytes(sealed))


@given(_BYTES)
def test_anything_that_was_never_sealed_is_refused_without_its_value(garbage: bytes) -> None:
    key, _ = _vault().new_key("pty_1")
    with pytest.raises(SealError) as error:
        key.open("profile", garbage)
    assert str(error.value) in ("not a sealed value", "a sealed value does not open here")


@given(st.binary(min_size=1, max_size=60))
def test_the_same_value_is_sealed_differently_each_time_and_never_shown(value: bytes) -> None:
    key, _ = _vault().new_key("pty_1")
    first, second = key.seal("profile", value), key.seal("profile", value)
    assert first != second
    assert len(value) < 4 or (value not in first and value not in second)


def test_two_parties_never_share_a_data_key() -> None:
    first, _ = _vault().new_key("pty_1")
    _, wrapped = _vault().new_key("pty_1")
    with pytest.raises(SealError):
        _vault().unwrap("pty_1", wrapped).open("profile", first.seal("profile", b"x"))


@given(_TEXTS, _TEXTS, _TEXTS, _TEXTS)
def test_equal_values_of_a_kind_have_equal_digests_and_no_others(
    kind: str, value: str, other: str, another: str
) -> None:
    assume("\x1f" not in kind + other)
    vault = _vault()
    digest = vault.digest(kind, value)
    assert len(digest) == DIGEST_BYTES
    assert (digest == _vault().digest(other, another)) == ((kind, value) == (other, another))
    assert digest != Vault({"1": _OLD}, "1", b"j" * 32).digest(kind, value)


@given(_TEXTS, _BYTES)
def test_a_data_key_that_was_wrapped_anew_opens_what_it_sealed_and_needs_the_old_master_no_more(
    party: str, value: bytes
) -> None:
    key, wrapped = _vault().new_key(party)
    sealed = key.seal("profile", value)
    anew = _vault("2", **{"2": _NEW}).rewrap(party, wrapped)
    assert anew.key_id == "2"
    alone = Vault({"2": _NEW}, "2", _INDEX)
    assert alone.unwrap(party, anew).open("profile", sealed) == value
    with pytest.raises(SealError, match="not in the vault"):
        alone.unwrap(party, wrapped)


def _written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_a_file_of_keys_is_read_strictly_and_never_quoted(tmp_path: Path) -> None:
    def coded(key: bytes) -> str:
        return b64encode(key).decode()

    good = {"active": "1", "keys": {"1": coded(_OLD)}, "index": coded(_INDEX)}
    assert Vault.load(_written(tmp_path / "keys.json", good)).active == "1"
    faults: list[object] = [
        {**good, "active": "2"},
        {**good, "keys": {"1": coded(b"secret-but-short")}},
        {**good, "index": "not base64 secret!"},
        {"keys": good["keys"]},
        [],
        {**good, "keys": []},
    ]
    for fault in faults:
        with pytest.raises(ValueError, match="keys") as error:
            Vault.load(_written(tmp_path / "keys.json", fault))
        assert "secret" not in str(error.value)
    with pytest.raises(ValueError, match="not a readable file"):
        Vault.load(tmp_path / "none.json")


async def test_a_party_has_one_data_key_however_often_it_is_asked_for(db: Database, vault: Vault) -> None:
    party_id = new_id("pty")
    async with db.transaction() as tx:
        first = (await keys.of(tx, vault, [party_id]))[party_id]
        again = (await keys.of(tx, vault, [party_id, new_id("pty")]))[party_id]
    assert again.open("profile", first.seal("profile", b"x")) == b"x"


async def test_a_destroyed_key_is_never_made_again(db: Database, vault: Vault) -> None:
    had_one, had_none = new_id("pty"), new_id("pty")
    async with db.transaction() as tx:
        await keys.of(tx, vault, [had_one])
        await privacy.destroy(tx, [had_one, had_none])
        assert await keys.of(tx, vault, [had_one, had_none]) == {}
        assert await keys.existing(tx, vault, [had_one, had_none]) == {}


async def test_a_key_that_is_destroyed_while_it_is_wrapped_anew_stays_destroyed(db: Database, vault: Vault) -> None:
    party_id = new_id("pty")
    async with db.transaction() as tx:
        _, stored = vault.new_key(party_id)
        await keys.of(tx, vault, [party_id])
        await privacy.destroy(tx, [party_id])
        await keys.replace_wrapped(tx, [(party_id, stored, WrappedKey("x", b"anew"))])
        assert await keys.existing(tx, vault, [party_id]) == {}
