"""What would change a decision, in words."""

from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.explanation import Audience, Item, Section
from services.decision.domain.policy.explain.outcome import price
from services.decision.domain.policy.explain.phrases import listing
from services.decision.domain.policy.explain.words import label_of
from services.decision.domain.policy.result import Answer
from services.decision.domain.policy.what_if import Advice, FactChange


def changes(account: Account, advice: Advice | None, audience: Audience) -> list[Item]:
    """Return the advice in words; nothing where there is none to give."""
    if advice is None:
        return []
    if advice.answer is None:
        said = [account.say(f"change.none.{audience}")]
    else:
        said = [_proposal(account, advice, advice.answer, audience)]
        if advice.score_may_change:
            said.append(account.say("change.score"))
    if not advice.complete and audience is Audience.OFFICER:
        said.append(account.say("change.cut_short"))
    return [Item(Section.WHAT_WOULD_CHANGE, words) for words in said]


def _proposal(account: Account, advice: Advice, answer: Answer, audience: Audience) -> str:
    said = listing(account.language, [_change(account, change) for change in advice.changes], "all")
    names = "name" if audience is Audience.OFFICER else "told"
    outcome = account.say(f"outcome.{names}.{answer.outcome}")
    grant = ""
    if answer.approved_minor is not None:
        amount = account.values.money(answer.approved_minor)
        grant = account.say("change.grant", amount=amount, price=price(account, answer.rate))
    return account.say("change", outcome=outcome, changes=said, grant=grant)


def _change(account: Account, change: FactChange) -> str:
    fact, values = change.fact, account.values
    after, before = values.of_fact(fact, change.after), values.of_fact(fact, change.before)
    return account.say("change.fact", label=label_of(fact, account.language), after=after, before=before)
