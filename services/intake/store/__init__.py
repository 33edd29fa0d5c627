"""SQL of intake. Functions take an open transaction, return domain values and never commit."""
