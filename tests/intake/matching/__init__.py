"""Matching: who is whom."""
