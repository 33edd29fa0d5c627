"""Scoring owns models and scores: a number, a probability of default, and the reasons for missing points.

Consumes `intake.application_submitted` and `decision.product_published`. Publishes `scoring.application_scored`.
"""
