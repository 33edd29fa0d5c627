"""What the credit file costs: `make bench-intake`."""
