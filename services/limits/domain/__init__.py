"""Credit accounts and reservations, as pure values."""
