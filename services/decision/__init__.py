"""Decision owns products, policies, reason codes and decisions.

Consumes `scoring.application_scored`. Publishes `decision.decided` and `decision.product_published`.
"""
