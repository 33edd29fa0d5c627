"""Parties are found again in the database, one at a time and hundreds at once, and nothing there says who they are."""

import asyncio

import asyncpg

from services.intake.domain.matching import Verdict
from services.intake.domain.party import Attribution, NewParty
from services.intake.handlers import matching, merging
from services.intake.handlers import parties as handlers
from services.intake.store import match_cases
from services.intake.vault import Vault
from shared.db import Database
from tests.intake.matching.given import BORN, COMPANY, HERE, PERSON, PHONE, THERE, matched, profile, stored
from tests.kit.service import Urls

_ZHANG = profile("張偉", at=HERE, born=BORN, phone=PHONE)


async def test_a_party_that_nobody_has_seen_is_unique(db: Database, vault: Vault) -> None:
    (found,) = await matched(db, vault, PERSON, profile("Nobody Knownbefore", at=THERE, born=BORN))
    assert found.verdict is Verdict.UNIQUE
    assert found.candidates == ()


async def test_a_party_is_found_again_in_another_script(db: Database, vault: Vault) -> None:
    (known,) = await stored(
        db, vault, COMPANY, profile("臺灣積體電路製造股份有限公司", at=HERE, ids={"duns": "656695146"})
    )
    for name in ("台湾积体电路制造", "Taiwan Jiti Dianlu Zhizao Co., Ltd."):
        (found,) = await matched(db, vault, COMPANY, profile(name, at=HERE))
        assert [candidate.party_id for candidate in found.candidates] == [known]


async def test_a_party_is_not_found_by_what_it_was_called_before(db: Database, vault: Vault) -> None:
    (known,) = await stored(db, vault, COMPANY, profile("Oldname Quarry Ltd", at=HERE))
    async with db.transaction() as tx:
        await matching.index(tx, vault, {known: (COMPANY, profile("Newname Quarry Ltd", at=THERE))})
        digests = await tx.exec_driver_sql("SELECT count(*) FROM match_key WHERE party_id = $1", (known,))
        assert digests.scalar_one() > 0
    (found,) = await matched(db, vault, COMPANY, profile("Oldname Quarry Ltd", at=HERE))
    assert found.verdict is Verdict.UNIQUE


async def test_a_party_that_was_taken_out_is_found_no_more_and_leaves_no_digest(db: Database, vault: Vault) -> None:
    leaving = profile("Leaving Soon Ltd", at=HERE, phone="+447700900777")
    (known,) = await stored(db, vault, COMPANY, leaving)
    async with db.transaction() as tx:
        await matching.unindex(tx, [known])
        left = await tx.exec_driver_sql("SELECT count(*) FROM match_key WHERE party_id = $1", (known,))
        assert left.scalar_one() == 0
    (found,) = await matched(db, vault, COMPANY, leaving)
    assert found.verdict is Verdict.UNIQUE


async def test_a_record_that_was_merged_leads_to_the_party_that_it_is(db: Database, vault: Vault) -> None:
    survivor, merged = await stored(
        db, vault, COMPANY, profile("Survivor Works Ltd", at=HERE), profile("Formerly Otherwise Ltd", at=THERE)
    )
    async with db.transaction() as tx:
        await merging.merge(tx, vault, survivor, merged, "credit-officer", "renamed")
    (found,) = await matched(db, vault, COMPANY, profile("Formerly Otherwise Limited", at=THERE))
    assert [candidate.party_id for candidate in found.candidates] == [survivor]


async def test_two_records_that_were_merged_in_error_do_not_come_up_for_a_person_again(
    db: Database, vault: Vault
) -> None:
    senior = profile("Severin Oneroof", at=HERE, born=BORN, phone=PHONE)
    junior = profile("Severin Oneroof", at=HERE, phone=PHONE)
    survivor, other = await stored(db, vault, PERSON, senior, junior)
    async with db.transaction() as tx:
        await merging.merge(tx, vault, survivor, other, "credit-officer", "one name, one house")
        await merging.unmerge(tx, vault, survivor, other, "credit-officer", "father and son")
        for party_id, known_as in ((survivor, senior), (other, junior)):
            (found,) = await matching.match(tx, vault, PERSON, [known_as], [party_id])
            assert found.verdict is Verdict.UNIQUE
        assert await match_cases.open_cases(tx, [survivor, other]) == {}


async def test_a_party_is_no_candidate_for_itself_nor_for_whom_it_was_said_not_to_be(
    db: Database, vault: Vault
) -> None:
    one, other = profile("Twofold Mills Ltd", at=HERE), profile("Twofold Mills", at=HERE, phone=PHONE)
    known, alike = await stored(db, vault, COMPANY, one, other)
    assert known != alike
    async with db.transaction() as tx:
        (found,) = await matching.match(tx, vault, COMPANY, [other], [alike])
        assert [candidate.party_id for candidate in found.candidates] == [known]
        await match_cases.set_apart(tx, "mcs_1", alike, [known])
        assert [each.verdict for each in await matching.match(tx, vault, COMPANY, [other], [alike])] == [Verdict.UNIQUE]
        assert [each.verdict for each in await matching.match(tx, vault, COMPANY, [one], [known])] == [Verdict.UNIQUE]


async def test_three_hundred_at_once_that_are_one_party_become_one(db: Database, vault: Vault) -> None:
    names = ("Anna Threehundred", "THREEHUNDRED, Anna", "anna threehundred")
    entries = [
        NewParty(PERSON, None, profile(names[number % 3], at=HERE, born=BORN), Attribution()) for number in range(300)
    ]
    async with db.transaction() as tx:
        taken = await handlers.take_in(tx, vault, entries)
    assert len({each.party_id for each in taken}) == 1
    assert sum(each.created for each in taken) == 1


async def test_two_at_once_that_are_alike_are_a_case_for_a_person(db: Database, vault: Vault) -> None:
    entries = [
        NewParty(PERSON, None, profile("Petra Atonce", at=place, born=BORN), Attribution()) for place in (HERE, THERE)
    ]
    async with db.transaction() as tx:
        first, second = await handlers.take_in(tx, vault, entries)
        assert first.party_id != second.party_id
        assert first.case_id is None
        assert await match_cases.open_cases(tx, [first.party_id, second.party_id]) == {second.party_id: second.case_id}


async def test_a_whole_family_block_is_compared_within_bounds(db: Database, vault: Vault) -> None:
    crowd = [profile(f"Given{number:03d} Samehouse", at=HERE, phone="+447700900555") for number in range(200)]
    async with db.transaction() as tx:
        found = await matching.match(tx, vault, PERSON, crowd, [f"pty_{number}" for number in range(200)])
    assert all(len(each.candidates) <= 10 for each in found)


async def test_rivals_with_one_number_take_in_one_party(db: Database, vault: Vault) -> None:
    rival = profile("Rival Twice Ltd", ids={"lei": "529900T8BM49AURSDO55"})
    taken = await asyncio.gather(*(stored(db, vault, COMPANY, rival) for _ in range(6)))
    assert len({party_id for (party_id,) in taken}) == 1


async def test_a_group_of_companies_with_one_vat_number_are_as_many_parties(db: Database, vault: Vault) -> None:
    vat = {"de-vat": "136695976"}
    group = [profile(f"{name} GmbH", at=HERE, ids=vat) for name in ("Nordlicht Holding", "Nordlicht Leasing", "Ahorn")]
    assert len(set(await stored(db, vault, COMPANY, *group))) == 3
    (found,) = await matched(db, vault, COMPANY, profile("Nordlicht Leasing", ids=vat))
    assert found.verdict is Verdict.POSSIBLE_DUPLICATE


async def test_a_key_that_a_crowd_shares_leads_nowhere_and_rarer_ones_still_do(db: Database, vault: Vault) -> None:
    switchboard = "+447700900999"
    tenants = [f"{chr(97 + number // 26)}{chr(97 + number % 26)}tenant{number}" for number in range(70)]
    entries = [NewParty(COMPANY, name, profile(name, phone=switchboard), Attribution()) for name in tenants]
    async with db.transaction() as tx:
        taken = await handlers.take_in(tx, vault, entries)
    respelt, known = await matched(
        db, vault, COMPANY, profile("aatemant0", phone=switchboard), profile("aatenant0 Ltd", phone=switchboard)
    )
    assert respelt.verdict is Verdict.UNIQUE
    assert [candidate.party_id for candidate in known.candidates] == [taken[0].party_id]


async def test_nothing_in_the_database_says_who_a_party_is(db: Database, vault: Vault, urls: Urls) -> None:
    await stored(
        db, vault, PERSON, _ZHANG, profile("Hidden Mustermann", at=HERE, born=BORN, ids={"us-ssn": "078051120"})
    )
    connection = await asyncpg.connect(urls.owner)
    try:
        tables = ("party", "match_key", "match_case", "match_candidate", "match_difference")
        dumped = "".join([str(await connection.fetch(f"SELECT t::text FROM {table} t")) for table in tables])
    finally:
        await connection.close()
    assert dumped
    for told in ("Mustermann", "mustermann", "張偉", "张伟", "zhang", "078051120", "1984-03", "Station", "7700900"):
        assert told not in dumped
