"""The whole story of an applicant: the decision with everything behind it, and what the customer's CRM then sees."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from services.demo.catalogue import Catalogue
from services.demo.figures import GRANTING, Acknowledged, Decided
from services.demo.flow import money
from services.demo.site import Caller
from shared.money import Money, exponent
from shared.products import Product

TOLD: Final = ("approve", "decline", "refer")


@dataclass(frozen=True, slots=True)
class Points:
    """What one characteristic earned, and the mean of the population that the scorecard was built on."""

    characteristic: str
    answer: str
    points: int
    mean_millipoints: int


@dataclass(frozen=True, slots=True)
class Step:
    """Something the CRM asked of limits: its answer, and the account afterwards if the customer has one."""

    name: str
    amount: Money
    reply: dict[str, Any]
    account: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Story:
    """An applicant's story; `decision` is the decision service's full explanation."""

    number: int
    decision: dict[str, Any]
    points: tuple[Points, ...]
    steps: tuple[Step, ...]

    def document(self) -> dict[str, Any]:
        """Return the story as JSON."""
        points = [asdict(entry) for entry in self.points]
        return {"applicant": self.number, "decision": self.decision, "points": points, "steps": self._steps()}

    def _steps(self) -> list[dict[str, Any]]:
        return [
            {"step": step.name, "amount": asdict(step.amount), "reply": step.reply, "account": step.account}
            for step in self.steps
        ]


def pick(acknowledged: Iterable[Acknowledged], decisions: Iterable[Decided]) -> list[tuple[Acknowledged, Decided]]:
    """Return the first applicant that was approved, that was declined and that was referred, as far as there are."""
    decision_on = {entry.application_id: entry for entry in decisions}
    chosen: dict[str, tuple[Acknowledged, Decided]] = {}
    for entry in acknowledged:
        decision = decision_on.get(entry.application_id)
        if decision is not None:
            chosen.setdefault(decision.outcome, (entry, decision))
    return [chosen[outcome] for outcome in TOLD if outcome in chosen]


async def tell(los: Caller, crm: Caller, catalogue: Catalogue, applicant: Acknowledged, decided: Decided) -> Story:
    """Return the story of an applicant, and live the CRM's part of it."""
    product = catalogue.product
    decision = await los.get("decision", f"/v1/decisions/{decided.decision_id}")
    if decision["outcome"] in GRANTING:
        steps = await _draw(crm, product, applicant.party_id, money(decision["limit"]), applicant.application_id)
    else:
        steps = [await _check(crm, product, applicant.party_id, money(decision["requested"]))]
    return Story(applicant.number, decision, _points(catalogue, decision), tuple(steps))


def _points(catalogue: Catalogue, decision: dict[str, Any]) -> tuple[Points, ...]:
    """Return the points of each characteristic; none if the decision rests on another scorecard than this one."""
    scorecard, dictionary = catalogue.scorecard, catalogue.product.dictionary
    if decision["score"] is None or decision["score"]["model_hash"] != scorecard.content_hash:
        return ()
    values, _ = dictionary.parse(decision["facts"])
    return tuple(
        Points(entry.characteristic, entry.bin, entry.points, catalogue.mean_millipoints[entry.characteristic])
        for entry in scorecard.score(values).points
    )


async def _draw(crm: Caller, product: Product, party_id: str, limit: Money, key: str) -> list[Step]:
    """Check half of the limit, set it aside, draw four fifths of that, and ask for the whole limit once more."""
    half, drawn = _share(limit, 1, 2), _share(limit, 2, 5)
    accounts = (await crm.get("limits", "/v1/accounts", party_id=party_id))["items"]
    if not accounts:
        return [await _check(crm, product, party_id, half)]
    account = accounts[0]
    granted = Step("limit_granted", limit, account, account)
    check = await _check(crm, product, party_id, half)
    body = {"account_id": account["account_id"], "amount": asdict(half), "reference": "order 4711"}
    reservation = await crm.post("limits", "/v1/reservations", body, key=f"{key}-reserve")
    reserved = Step("reservation", half, reservation, await _account(crm, account))
    path = f"/v1/reservations/{reservation['reservation_id']}/capture"
    capture = await crm.post("limits", path, {"amount": asdict(drawn)}, key=f"{key}-capture")
    captured = Step("capture", drawn, capture, await _account(crm, account))
    return [granted, check, reserved, captured, await _check(crm, product, party_id, limit)]


async def _check(crm: Caller, product: Product, party_id: str, amount: Money) -> Step:
    body = {"party_id": party_id, "product": product.name, "amount": asdict(amount)}
    reply = await crm.post("limits", "/v1/limit-checks", body)
    return Step("limit_check", amount, reply, reply if reply["account_id"] is not None else None)


async def _account(crm: Caller, account: dict[str, Any]) -> dict[str, Any]:
    return await crm.get("limits", f"/v1/accounts/{account['account_id']}")


def _share(amount: Money, numerator: int, denominator: int) -> Money:
    """Return a share of an amount in whole units of its currency, at least one minor unit."""
    unit = 10 ** exponent(amount.currency)
    whole = amount.amount_minor * numerator // denominator // unit * unit
    return Money(max(whole, 1), amount.currency)
