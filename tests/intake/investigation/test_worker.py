"""Investigations, from the application to what scoring hears of it."""

import asyncio
from dataclasses import replace

from sqlalchemy import text

from services.intake.domain.breaker import BreakerSettings
from services.intake.sources import Inquiry, SourceError, SourceFault, SourceReport
from tests.intake.investigation.given import COST, Office, Played, answer, bureau, configured, says


async def test_an_application_goes_on_with_what_the_bureau_says(office: Office) -> None:
    party_id = await office.asker()
    product = await office.product({"source": "consumer-bureau"})
    async with office.at_work():
        event = await office.submitted(await office.apply(party_id, product))
    (report,) = await office.reports(party_id)
    assert event["fallbacks"] == []
    assert event["facts"]["bureau_score"] == report["facts"]["bureau_score"]
    assert event["fact_sources"]["bureau_score"]["record_id"] == report["report_id"]
    assert await office.outcomes(party_id) == ["hit"]


async def test_without_a_consent_nobody_is_asked_and_a_person_decides(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.person()
    product = await office.product({"source": played.name})
    async with office.at_work(configured(played)):
        event = await office.submitted(await office.apply(party_id, product))
    assert event["fallbacks"] == ["no_consent:credit_assessment"]
    assert "bureau_score" not in event["facts"]
    assert (played.asked, await office.outcomes(party_id)) == ([], ["no_consent"])


async def test_a_source_that_fails_is_asked_again_and_then_done_without(office: Office) -> None:
    async def fails(_inquiry: Inquiry) -> SourceReport:
        raise SourceError(SourceFault.SERVER_ERROR)

    played = Played(bureau(), fails)
    party_id = await office.asker()
    product = await office.product({"source": played.name})
    async with office.at_work(configured(played, attempts=3)):
        event = await office.submitted(await office.apply(party_id, product))
    assert event["fallbacks"] == [f"source_unavailable:{played.name}"]
    assert await office.outcomes(party_id) == ["server_error"] * 3
    assert len({inquiry.reference for inquiry in played.asked}) == 1
    assert (await office.counted(played.name))["cost_minor"] == 0


async def test_what_a_source_refuses_or_garbles_is_not_asked_again(office: Office) -> None:
    for fault in (SourceFault.REFUSED, SourceFault.MALFORMED, SourceFault.TOO_LARGE):

        async def fails(_inquiry: Inquiry, fault: SourceFault = fault) -> SourceReport:
            raise SourceError(fault)

        played = Played(bureau(), fails)
        party_id = await office.asker()
        product = await office.product({"source": played.name})
        async with office.at_work(configured(played, attempts=3)):
            await office.submitted(await office.apply(party_id, product))
        assert await office.outcomes(party_id) == [fault]


async def test_a_connector_that_breaks_leaves_the_application_to_a_person(office: Office) -> None:
    async def breaks(_inquiry: Inquiry) -> SourceReport:
        raise ZeroDivisionError

    async def rambles(_inquiry: Inquiry) -> SourceReport:
        return answer(bureau_score="\ud800")

    async def nul(_inquiry: Inquiry) -> SourceReport:
        return answer(note="a\x00b")

    async def endless(_inquiry: Inquiry) -> SourceReport:
        return replace(answer(bureau_score=700), raw=b" " * 3_000_000)

    for say in (breaks, rambles, nul, endless):
        played = Played(bureau(), say)
        party_id = await office.asker()
        product = await office.product({"source": played.name})
        async with office.at_work(configured(played)):
            event = await office.submitted(await office.apply(party_id, product))
        assert event["fallbacks"] == [f"source_unavailable:{played.name}"]
        assert (await office.outcomes(party_id), await office.reports(party_id)) == (["malformed"], [])


async def test_where_the_product_says_so_an_application_goes_on_without_a_source(office: Office) -> None:
    party_id = await office.asker("666000005")
    product = await office.product({"source": "consumer-bureau", "on_failure": "proceed"})
    async with office.at_work():
        event = await office.submitted(await office.apply(party_id, product))
    assert event["fallbacks"] == []
    assert (await office.outcomes(party_id))[-1] == "server_error"


async def test_a_young_report_is_used_again_and_costs_nothing(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    product = await office.product({"source": played.name, "max_age_days": 30})
    async with office.at_work(configured(played)):
        await office.submitted(await office.apply(party_id, product))
        event = await office.submitted(await office.apply(party_id, product))
    assert event["facts"]["bureau_score"] == 700
    assert await office.outcomes(party_id) == ["hit", "reused"]
    counted = await office.counted(played.name)
    assert (counted["asked"], counted["reused"], counted["cost_minor"]) == (1, 1, COST.amount_minor)


async def test_a_report_is_used_again_under_a_consent_only(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.person()
    consent_id = (await office.consents(party_id)).json()["consent_id"]
    product = await office.product({"source": played.name, "max_age_days": 30})
    async with office.at_work(configured(played)):
        await office.submitted(await office.apply(party_id, product))
        revoked = await office.los.post(f"/v1/consents/{consent_id}/revoke", json={"reason": "changed their mind"})
        assert revoked.status_code == 200
        event = await office.submitted(await office.apply(party_id, product))
    assert event["fallbacks"] == ["no_consent:credit_assessment"]


async def test_the_waterfall_stops_when_enough_is_known(office: Office) -> None:
    first, second = Played(bureau(), says(bureau_score=700)), Played(bureau(), says(second_opinion=650))
    party_id = await office.asker()
    product = await office.product({"source": first.name}, {"source": second.name, "unless_known": ["bureau_score"]})
    async with office.at_work(configured(first), configured(second)):
        await office.submitted(await office.apply(party_id, product))
    assert (len(first.asked), len(second.asked)) == (1, 0)


async def test_the_next_source_is_asked_when_the_first_one_does_not_know_the_party(office: Office) -> None:
    first, second = Played(bureau(), says(found=False)), Played(bureau(), says(second_opinion=650))
    party_id = await office.asker()
    product = await office.product({"source": first.name}, {"source": second.name, "unless_known": ["bureau_score"]})
    async with office.at_work(configured(first), configured(second)):
        event = await office.submitted(await office.apply(party_id, product))
    assert event["facts"]["second_opinion"] == 650
    assert (event["fallbacks"], await office.outcomes(party_id)) == ([], ["miss", "hit"])


async def test_a_source_that_nobody_configured_leaves_the_application_to_a_person(office: Office) -> None:
    party_id = await office.asker()
    product = await office.product({"source": "no-such-source"})
    async with office.at_work():
        event = await office.submitted(await office.apply(party_id, product))
    assert event["fallbacks"] == ["source_unavailable:no-such-source"]
    assert await office.outcomes(party_id) == ["not_configured"]


async def test_a_consent_that_is_revoked_in_the_middle_has_the_answer_thrown_away(office: Office) -> None:
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_inquiry: Inquiry) -> SourceReport:
        is_asked.set()
        await may_answer.wait()
        return answer(bureau_score=700)

    played = Played(bureau(), waits)
    party_id = await office.person()
    consent_id = (await office.consents(party_id)).json()["consent_id"]
    product = await office.product({"source": played.name})
    async with office.at_work(configured(played)):
        application_id = await office.apply(party_id, product)
        await is_asked.wait()
        await office.los.post(f"/v1/consents/{consent_id}/revoke", json={"reason": "changed their mind"})
        may_answer.set()
        event = await office.submitted(application_id)
    assert (event["fallbacks"], "bureau_score" in event["facts"]) == (["no_consent:credit_assessment"], False)
    assert (await office.outcomes(party_id), await office.reports(party_id)) == (["discarded"], [])
    counted = await office.counted(played.name)
    assert (counted["discarded"], counted["hits"], counted["cost_minor"]) == (1, 0, COST.amount_minor)


async def test_nobody_keeps_an_answer_for_an_application_that_was_withdrawn(office: Office) -> None:
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_inquiry: Inquiry) -> SourceReport:
        is_asked.set()
        await may_answer.wait()
        return answer(bureau_score=700)

    played = Played(bureau(), waits)
    party_id = await office.asker()
    product = await office.product({"source": played.name})
    async with office.at_work(configured(played)):
        application_id = await office.apply(party_id, product)
        await is_asked.wait()
        gone = await office.los.post(f"/v1/applications/{application_id}/withdraw", json={"reason": "found better"})
        assert gone.status_code == 200, gone.text
        may_answer.set()
        async with asyncio.timeout(10):
            while not await office.outcomes(party_id):  # noqa: ASYNC110 - it is written by the worker
                await asyncio.sleep(0.02)
    assert (await office.outcomes(party_id), await office.reports(party_id)) == (["discarded"], [])
    assert await office.status(application_id) == "withdrawn"


async def test_a_slow_source_holds_up_only_those_who_need_it(office: Office) -> None:
    may_answer = asyncio.Event()

    async def waits(_inquiry: Inquiry) -> SourceReport:
        await may_answer.wait()
        return answer(second_opinion=1)

    slow, fast = Played(bureau(), waits), Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    by_slow = await office.product({"source": slow.name})
    by_fast = await office.product({"source": fast.name})
    async with office.at_work(configured(slow, concurrency=2, timeout_seconds=60.0), configured(fast)):
        waiting = [await office.apply(party_id, by_slow) for _ in range(20)]
        for _ in range(5):
            await office.submitted(await office.apply(party_id, by_fast))
        assert len(slow.asked) == 2
        assert {await office.status(each) for each in waiting} == {"investigating"}
        may_answer.set()
        for each in waiting:
            assert (await office.submitted(each))["fallbacks"] == []


async def test_a_source_that_keeps_failing_is_left_alone(office: Office) -> None:
    async def fails(_inquiry: Inquiry) -> SourceReport:
        raise SourceError(SourceFault.UNREACHABLE)

    played = Played(bureau(), fails)
    once = configured(played, concurrency=1, breaker=BreakerSettings(failures=3, window_seconds=600, pause_seconds=600))
    party_id = await office.asker()
    product = await office.product({"source": played.name})
    async with office.at_work(once):
        for _ in range(6):
            event = await office.submitted(await office.apply(party_id, product))
            assert event["fallbacks"] == [f"source_unavailable:{played.name}"]
    assert await office.outcomes(party_id) == ["unreachable"] * 3 + ["breaker_open"] * 3


async def test_three_hundred_at_once_are_each_asked_about_once(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    parties = [await office.asker() for _ in range(30)]
    product = await office.product({"source": played.name})
    applications = await asyncio.gather(*(office.apply(party_id, product) for party_id in parties for _ in range(10)))
    async with office.at_work(configured(played, concurrency=32)):
        for application_id in applications:
            assert (await office.submitted(application_id))["facts"]["bureau_score"] == 700
    assert len(played.asked) == len({inquiry.reference for inquiry in played.asked}) == 300
    counted = await office.counted(played.name)
    assert (counted["hits"], counted["cost_minor"]) == (300, 300 * COST.amount_minor)


async def test_an_application_that_can_go_nowhere_holds_up_nobody_behind_it(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    product = await office.product({"source": played.name})
    stuck = await office.apply(party_id, product)
    async with office.db.transaction() as tx:
        for table in ("application", "investigation"):
            query = text(f"UPDATE {table} SET product = 'gone' WHERE application_id = :id")
            await tx.execute(query, {"id": stuck})
    async with office.at_work(configured(played)):
        behind = [await office.apply(party_id, product) for _ in range(3)]
        for each in behind:
            assert (await office.submitted(each))["facts"]["bureau_score"] == 700
    assert await office.status(stuck) == "investigating"
