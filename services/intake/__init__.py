"""Intake owns parties and applications, and shows what became of them.

Consumes `decision.product_published`, `decision.decided` and `limits.limit_granted`.
Publishes `intake.application_submitted`.
"""
