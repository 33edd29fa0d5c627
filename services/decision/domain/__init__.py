"""Deciding, as pure functions over values: reasons, policies and decisions. No clock, no I/O, no framework."""
