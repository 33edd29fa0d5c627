"""Limits by date, proposals and what a product says of limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _terms()
    _proposals()
    _products()
    op.create_index(
        "account_by_default",
        "account",
        ["product", "account_id"],
        postgresql_where=sa.text("limit_basis IN ('unset', 'default')"),
    )
    for table in ("limit_term", "limit_term_end", "review_cycle", "product_terms", "product_currency_terms"):
        for_app_role(f"REVOKE UPDATE ON {table} FROM %I")
    # Of a proposal, only what became of it may be written later.
    for_app_role("REVOKE UPDATE ON limit_proposal FROM %I")
    for_app_role("GRANT UPDATE (state, ground, resolved_by, resolved_at, comment) ON limit_proposal TO %I")


def _terms() -> None:
    op.create_table(
        "limit_term",
        sa.Column("term_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        # None for a base that goes back to the product's default.
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True)),
        # What bases are ordered by, then by the decision or the proposal they come from.
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("security", sa.Text),
        sa.Column("eligible_share", sa.Numeric(7, 6)),
        sa.Column("cap_minor", sa.BigInteger),
        sa.Column("actor", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("decision_id", sa.Text),
        sa.Column("proposal_id", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('base', 'temporary', 'cover')", name="term_kind_known"),
        sa.CheckConstraint("amount_minor >= 0", name="term_not_negative"),
        sa.CheckConstraint("effective_to > effective_from", name="term_ends_after_start"),
        sa.CheckConstraint("kind = 'base' OR amount_minor IS NOT NULL", name="term_has_amount"),
        sa.CheckConstraint("(kind = 'cover') = (eligible_share IS NOT NULL)", name="cover_has_share"),
        sa.CheckConstraint("(kind = 'cover') = (security IS NOT NULL)", name="cover_has_security"),
        sa.CheckConstraint("eligible_share BETWEEN 0 AND 1", name="share_is_a_share"),
        # The newest base of an account is found by its end of this index, whatever number of decisions came before.
        sa.Index("limit_term_of_account", "account_id", "kind", "stated_at"),
        sa.Index(
            "limit_term_of_decision", "decision_id", unique=True, postgresql_where=sa.text("decision_id IS NOT NULL")
        ),
    )
    op.create_table(
        "limit_term_end",
        sa.Column("term_id", sa.Text, sa.ForeignKey("limit_term.term_id"), primary_key=True),
        sa.Column("proposal_id", sa.Text, primary_key=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    # What decisions granted so far.
    op.execute("""
        INSERT INTO limit_term (term_id, account_id, kind, amount_minor, effective_from, stated_at, decision_id,
                                created_at)
        SELECT 'trm_' || replace(gen_random_uuid()::text, '-', ''), account_id, 'base', limit_minor,
               least(limit_decided_at, now()), limit_decided_at, limit_decision_id, least(limit_decided_at, now())
        FROM account WHERE limit_decision_id IS NOT NULL AND limit_decided_at IS NOT NULL
    """)


def _proposals() -> None:
    op.create_table(
        "limit_proposal",
        sa.Column("proposal_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("effective_from", sa.DateTime(timezone=True)),
        sa.Column("effective_to", sa.DateTime(timezone=True)),
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
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        # What was going to be in force, and what would be with it, as it was proposed.
        sa.Column("course_before", pg.JSONB, nullable=False),
        sa.Column("course_after", pg.JSONB, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ground", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("comment", sa.Text),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected', 'withdrawn', 'lapsed')", name="proposal_state_known"
        ),
        sa.CheckConstraint("(state = 'proposed') = (resolved_at IS NULL)", name="proposal_resolved_once"),
        # Four eyes, even if the code above is wrong: whoever approves is not whoever proposed.
        sa.CheckConstraint(
            "state <> 'approved' OR resolved_by IS DISTINCT FROM proposed_by", name="proposal_four_eyes"
        ),
        sa.CheckConstraint("(proposed_by IS NULL) = (decision_id IS NOT NULL)", name="proposal_has_maker"),
        sa.Index("limit_proposal_of_account", "account_id", "proposal_id"),
        sa.Index("limit_proposal_by_state", "state", "proposal_id"),
        sa.Index(
            "limit_proposal_of_decision",
            "decision_id",
            unique=True,
            postgresql_where=sa.text("decision_id IS NOT NULL"),
        ),
    )
    op.create_table(
        "review_cycle",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), primary_key=True),
        sa.Column("proposal_id", sa.Text, primary_key=True),
        sa.Column("every_days", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("every_days > 0", name="cycle_positive"),
    )


def _products() -> None:
    op.create_table(
        "product_terms",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("review_every_days", sa.Integer),
        sa.Column("thresholds", pg.ARRAY(sa.Integer), nullable=False),
        sa.Column("hysteresis_percent", sa.Integer, nullable=False),
        sa.Column("expiring_notice_days", sa.Integer, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("revision > 0", name="revision_positive"),
        sa.CheckConstraint("review_every_days > 0", name="review_cycle_positive"),
        sa.CheckConstraint("hysteresis_percent >= 0", name="hysteresis_not_negative"),
        sa.CheckConstraint("expiring_notice_days >= 0", name="notice_not_negative"),
    )
    op.create_table(
        "product_currency_terms",
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
    op.create_table(
        "default_rollout",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reached", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["product", "revision"], ["product_terms.product", "product_terms.revision"]),
        sa.Index("default_rollout_open", "product", "revision", postgresql_where=sa.text("finished_at IS NULL")),
    )


def downgrade() -> None:
    op.drop_index("account_by_default", "account")
    for table in (
        "default_rollout",
        "product_currency_terms",
        "product_terms",
        "review_cycle",
        "limit_proposal",
        "limit_term_end",
        "limit_term",
    ):
        op.drop_table(table)
