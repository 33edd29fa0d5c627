"""What scoring costs, many rows at once and one at a time."""
