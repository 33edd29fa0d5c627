"""Parties, applications and what is known of them, as pure values."""
