"""The use cases of intake. Each opens one transaction; nothing remote happens inside it."""

from typing import Final

CONSUMER: Final = "intake"
"""Intake's name in its inbox."""
