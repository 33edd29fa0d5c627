"""Limits owns credit accounts: the limit granted, what is reserved and what is drawn, as a ledger.

Consumes `decision.decided`. Publishes `limits.limit_granted` and `limits.reservation_*`.
"""
