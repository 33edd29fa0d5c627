"""The explanation for a credit officer: every stage, every rule that counted, and the figures behind them."""

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.changes import changes
from services.decision.domain.policy.explain.explanation import Audience, Explanation, Item, Section, of_sections
from services.decision.domain.policy.explain.near import missed
from services.decision.domain.policy.explain.outcome import summary
from services.decision.domain.policy.explain.rules import graded, matched, required, routed, screened, unscreened
from services.decision.domain.policy.explain.terms import figures, granted
from services.decision.domain.policy.what_if import Advice


def for_officer(account: Account, advice: Advice | None) -> Explanation:
    """Return everything there is to say of a decision."""
    return of_sections(
        account.language,
        Audience.OFFICER,
        summary(account, Audience.OFFICER),
        _reasons(account),
        screened(account),
        unscreened(account),
        graded(account),
        matched(account),
        granted(account),
        required(account),
        routed(account),
        missed(account),
        changes(account, advice, Audience.OFFICER),
        figures(account),
    )


def _reasons(account: Account) -> list[Item]:
    if account.evaluation.outcome is Outcome.APPROVE:
        return []
    return [
        Item(Section.REASONS, account.say("reason", code=code, wording=account.wording(code)), code=code)
        for code in account.evaluation.reasons
    ]
