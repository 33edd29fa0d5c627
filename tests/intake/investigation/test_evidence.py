"""What applications rest on once they were investigated, and what is told of it."""

from prometheus_client import REGISTRY

from services.intake.handlers import metering
from services.intake.sources import Inquiry, SourceError, SourceFault, SourceReport
from tests.intake.investigation.given import Office, Played, bureau, configured, says


async def test_an_application_rests_on_no_report_that_it_had_to_ask_for_anew_and_did_not_get(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    product = await office.product({"source": played.name, "on_failure": "proceed"})
    async with office.at_work(configured(played)):
        event = await office.submitted(await office.apply(party_id, product))
        assert event["facts"]["bureau_score"] == 700

        async def fails(_inquiry: Inquiry) -> SourceReport:
            raise SourceError(SourceFault.SERVER_ERROR)

        played.say = fails
        event = await office.submitted(await office.apply(party_id, product))
    assert "bureau_score" not in event["facts"]
    assert await office.outcomes(party_id) == ["hit", "server_error"]


async def test_an_application_rests_on_an_earlier_report_where_the_product_allows_its_age_only(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    products = [
        await office.product({"source": played.name, **consult})
        for consult in (
            {"max_age_days": 30},
            {"max_age_days": 30, "unless_known": ["bureau_score"]},
            {"max_age_days": 0, "unless_known": ["annual_income"]},
        )
    ]
    async with office.at_work(configured(played)):
        events = [await office.submitted(await office.apply(party_id, product)) for product in products]
    assert [event["facts"].get("bureau_score") for event in events] == [700, 700, None]
    assert len(played.asked) == 1


async def test_where_the_product_goes_on_without_a_consent_its_evidence_says_that_nobody_was_asked(
    office: Office,
) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.person()
    product = await office.product({"source": played.name, "on_failure": "proceed"})
    async with office.at_work(configured(played)):
        application_id = await office.apply(party_id, product)
        event = await office.submitted(application_id)
    assert (event["fallbacks"], played.asked) == ([], [])
    (told,) = (await office.los.get(f"/v1/applications/{application_id}/evidence")).json()["inquiries"]
    assert (told["source"], told["purpose"], told["outcome"]) == (played.name, "credit_assessment", "no_consent")
    assert (told["revision"], told["consent_id"], told["report_id"]) == (1, None, None)


async def test_the_evidence_of_an_application_names_what_was_asked_for_it_and_for_no_other(office: Office) -> None:
    played = Played(bureau(), says(bureau_score=700))
    party_id = await office.asker()
    product = await office.product({"source": played.name, "max_age_days": 30})
    async with office.at_work(configured(played)):
        ids = [await office.apply(party_id, product)]
        await office.submitted(ids[0])
        ids.append(await office.apply(party_id, product))
        await office.submitted(ids[1])
    (report,) = await office.reports(party_id)
    for application_id, outcome in zip(ids, ("hit", "reused"), strict=True):
        (told,) = (await office.los.get(f"/v1/applications/{application_id}/evidence")).json()["inquiries"]
        assert (told["outcome"], told["report_id"]) == (outcome, report["report_id"])


async def test_investigations_that_nobody_has_taken_up_are_counted_too(office: Office) -> None:
    def waiting() -> tuple[float, float]:
        names = ("assay_investigations_open", "assay_investigations_oldest_seconds")
        number, seconds = (REGISTRY.get_sample_value(name, {"source": ""}) for name in names)
        assert number is not None
        assert seconds is not None
        return number, seconds

    await metering.measure(office.db, {})
    before, _ = waiting()
    await office.apply(await office.asker(), await office.product({"source": bureau()}))
    await metering.measure(office.db, {})
    number, seconds = waiting()
    assert number == before + 1
    assert seconds > 0
