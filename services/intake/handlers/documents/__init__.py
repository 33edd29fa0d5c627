"""Documents: taken in, shown, scanned later where that was not possible at once, and swept."""
