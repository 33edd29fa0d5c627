"""Intake owns the credit file: parties, applications, and what is known of who applies, with its sources.

Consumes `decision.product_published`, `decision.decided` and `limits.limit_granted`.
Publishes `intake.application_*`, `party_*`, `group_changed`, `clock_running_out`, `indicator_moved` and `review_due`.
"""
