"""Applications and parties, as pure values."""
