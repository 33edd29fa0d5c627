"""What was agreed for accounts by date, proposals to change it, and what products say of limits."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

_INSTANT = sa.DateTime(timezone=True)

limit_term = sa.Table(
    "limit_term",
    metadata,
    sa.Column("term_id", sa.Text, primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    # None for a base that goes back to the product's default.
    sa.Column("amount_minor", sa.BigInteger),
    sa.Column("effective_from", _INSTANT, nullable=False),
    sa.Column("effective_to", _INSTANT),
    # What bases are ordered by, then by the decision or the proposal they come from.
    sa.Column("stated_at", _INSTANT, nullable=False),
    sa.Column("security", sa.Text),
    sa.Column("eligible_share", sa.Numeric(7, 6)),
    sa.Column("cap_minor", sa.BigInteger),
    sa.Column("actor", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("decision_id", sa.Text),
    sa.Column("proposal_id", sa.Text),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.CheckConstraint("kind IN ('base', 'temporary', 'cover')", name="term_kind_known"),
    sa.CheckConstraint("amount_minor >= 0", name="term_not_negative"),
    sa.CheckConstraint("effective_to > effective_from", name="term_ends_after_start"),
    sa.CheckConstraint("kind = 'base' OR amount_minor IS NOT NULL", name="term_has_amount"),
    sa.CheckConstraint("(kind = 'cover') = (eligible_share IS NOT NULL)", name="cover_has_share"),
    sa.CheckConstraint("(kind = 'cover') = (security IS NOT NULL)", name="cover_has_security"),
    sa.CheckConstraint("eligible_share BETWEEN 0 AND 1", name="share_is_a_share"),
    # The newest base of an account is found by its end of this index, whatever number of decisions came before.
    sa.Index("limit_term_of_account", "account_id", "kind", "stated_at"),
    sa.Index("limit_term_of_decision", "decision_id", unique=True, postgresql_where=sa.text("decision_id IS NOT NULL")),
)

limit_term_end = sa.Table(
    "limit_term_end",
    metadata,
    sa.Column("term_id", sa.Text, sa.ForeignKey("limit_term.term_id"), primary_key=True),
    sa.Column("proposal_id", sa.Text, primary_key=True),
    sa.Column("ends_at", _INSTANT, nullable=False),
    sa.Column("actor", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", _INSTANT, nullable=False),
)

limit_proposal = sa.Table(
    "limit_proposal",
    metadata,
    sa.Column("proposal_id", sa.Text, primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount_minor", sa.BigInteger),
    sa.Column("effective_from", _INSTANT),
    sa.Column("effective_to", _INSTANT),
    sa.Column("security", sa.Text),
    sa.Column("eligible_share", sa.Numeric(7, 6)),
    sa.Column("cap_minor", sa.BigInteger),
    sa.Column("term_id", sa.Text, sa.ForeignKey("limit_term.term_id")),
    sa.Column("review_due_on", sa.Date),
    sa.Column("review_every_days", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    # Who made it: a person, or the decision that would have set the limit were it not that high.
    sa.Column("proposed_by", sa.Text),
    sa.Column("decision_id", sa.Text),
    sa.Column("application_id", sa.Text),
    sa.Column("decided_at", _INSTANT),
    # What was going to be in force, and what would be with it, as it was proposed.
    sa.Column("course_before", pg.JSONB, nullable=False),
    sa.Column("course_after", pg.JSONB, nullable=False),
    sa.Column("proposed_at", _INSTANT, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("ground", sa.Text),
    sa.Column("resolved_by", sa.Text),
    sa.Column("resolved_at", _INSTANT),
    sa.Column("comment", sa.Text),
    sa.CheckConstraint(
        "state IN ('proposed', 'approved', 'rejected', 'withdrawn', 'lapsed')", name="proposal_state_known"
    ),
    sa.CheckConstraint("(state = 'proposed') = (resolved_at IS NULL)", name="proposal_resolved_once"),
    # Four eyes, even if the code above is wrong: whoever approves is not whoever proposed.
    sa.CheckConstraint("state <> 'approved' OR resolved_by IS DISTINCT FROM proposed_by", name="proposal_four_eyes"),
    sa.CheckConstraint("(proposed_by IS NULL) = (decision_id IS NOT NULL)", name="proposal_has_maker"),
    sa.Index("limit_proposal_of_account", "account_id", "proposal_id"),
    sa.Index("limit_proposal_by_state", "state", "proposal_id"),
    sa.Index(
        "limit_proposal_of_decision", "decision_id", unique=True, postgresql_where=sa.text("decision_id IS NOT NULL")
    ),
)

review_cycle = sa.Table(
    "review_cycle",
    metadata,
    sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), primary_key=True),
    sa.Column("proposal_id", sa.Text, primary_key=True),
    sa.Column("every_days", sa.Integer, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.CheckConstraint("every_days > 0", name="cycle_positive"),
)

product_terms = sa.Table(
    "product_terms",
    metadata,
    sa.Column("product", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("review_every_days", sa.Integer),
    sa.Column("thresholds", pg.ARRAY(sa.Integer), nullable=False),
    sa.Column("hysteresis_percent", sa.Integer, nullable=False),
    sa.Column("expiring_notice_days", sa.Integer, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False, server_default=NOW),
    sa.CheckConstraint("revision > 0", name="revision_positive"),
    sa.CheckConstraint("review_every_days > 0", name="review_cycle_positive"),
    sa.CheckConstraint("hysteresis_percent >= 0", name="hysteresis_not_negative"),
    sa.CheckConstraint("expiring_notice_days >= 0", name="notice_not_negative"),
)

product_currency_terms = sa.Table(
    "product_currency_terms",
    metadata,
    sa.Column("product", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.Text, primary_key=True),
    # Absent: an account without a limit of its own is bounded by those above it only.
    sa.Column("default_limit_minor", sa.BigInteger),
    sa.Column("people_need_checker_above_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    # Absent: decisions set limits of any size at once.
    sa.Column("decisions_need_checker_above_minor", sa.BigInteger),
    sa.ForeignKeyConstraint(["product", "revision"], ["product_terms.product", "product_terms.revision"]),
    sa.CheckConstraint("default_limit_minor >= 0", name="default_not_negative"),
    sa.CheckConstraint("people_need_checker_above_minor >= 0", name="people_threshold_not_negative"),
    sa.CheckConstraint("decisions_need_checker_above_minor >= 0", name="decisions_threshold_not_negative"),
)

# A change of defaults on its way to the accounts of a product: how far it has come, in order of account.
default_rollout = sa.Table(
    "default_rollout",
    metadata,
    sa.Column("product", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reached", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("finished_at", _INSTANT),
    sa.ForeignKeyConstraint(["product", "revision"], ["product_terms.product", "product_terms.revision"]),
    sa.Index("default_rollout_open", "product", "revision", postgresql_where=sa.text("finished_at IS NULL")),
)
