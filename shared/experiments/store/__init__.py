"""SQL of trials, in the schema of whichever service runs it."""
