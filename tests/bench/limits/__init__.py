"""What a reservation costs: `make bench-limits`."""
