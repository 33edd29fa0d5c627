"""Scoring owns models and scores: a number, a probability of default, and the reasons for missing points.

It watches its models as well: outcomes come in, reports go out. Consumes `intake.application_submitted`,
`decision.product_published` and `decision.decided`. Publishes `scoring.application_scored` and
`scoring.drift_detected`.
"""
