"""The explanation for the consumer: the principal reasons, what is offered, and what would help.

It says nothing of scores, grades, rules, queues or limits of the policy, nor of any fact but those that the applicant
can change: others may be protected, or about somebody else.
"""

from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.changes import changes
from services.decision.domain.policy.explain.explanation import Audience, Explanation, Item, Section, of_sections
from services.decision.domain.policy.explain.outcome import summary
from services.decision.domain.policy.explain.words import title_of
from services.decision.domain.policy.what_if import Advice
from services.decision.domain.reasons import INFORMATION_INCOMPLETE


def for_consumer(account: Account, advice: Advice | None) -> Explanation:
    """Return what the applicant is told."""
    return of_sections(
        account.language,
        Audience.CONSUMER,
        summary(account, Audience.CONSUMER),
        [item for code in account.evaluation.reasons for item in _worded(account, Section.REASONS, code)],
        _missing(account),
        _terms(account),
        [item for code in account.evaluation.conditions for item in _worded(account, Section.CONDITIONS, code)],
        changes(account, advice, Audience.CONSUMER),
    )


def _worded(account: Account, section: Section, code: str) -> list[Item]:
    """Return the wording of a code; a code that the catalogue has no words for tells a consumer nothing."""
    reason = account.catalogue.find(code, account.policy.product)
    return [] if reason is None else [Item(section, reason.wording[account.language], code=code)]


def _missing(account: Account) -> list[Item]:
    """Return what the applicant can still tell us; what others would have to tell is not named."""
    if INFORMATION_INCOMPLETE not in account.evaluation.reasons:
        return []
    layout = account.policy.interpreter.layout
    missing = [fact for fact in layout.facts if fact.mutable is not None and account.course.get(fact.name) is None]
    titles = [title_of(fact, account.language) for fact in missing]
    return [Item(Section.MISSING, title) for title in titles if title]


def _terms(account: Account) -> list[Item]:
    """Return the terms that have a name for people."""
    items = []
    for term in account.policy.bound.terms.values():
        for formula in term.other_terms:
            wire = account.evaluation.other_terms.get(formula.fact.name)
            label = title_of(formula.fact, account.language)
            if wire is not None and label:
                value = account.values.of_fact(formula.fact, formula.fact.parse(wire))
                items.append(Item(Section.TERMS, account.say("terms.value", label=label, value=value)))
    return list(dict.fromkeys(items))
