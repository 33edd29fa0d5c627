"""Consents, sources that were asked, and their reports."""
