"""SQL of limits. Functions take an open transaction, return domain values and never commit."""
