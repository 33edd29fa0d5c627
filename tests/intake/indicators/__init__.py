"""Indicators and reviews."""
