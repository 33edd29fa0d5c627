"""SQL of scoring. Functions take an open transaction, return domain values and never commit."""
