"""SQL of decision. Functions take an open transaction, return domain values and never commit."""
