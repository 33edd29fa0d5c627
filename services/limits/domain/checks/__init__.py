"""Credit checks: may this document, or just this amount, go ahead, and if not, why not."""
