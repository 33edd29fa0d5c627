"""Financial statements: taken in from fields and files, corrected, accepted, and read with their ratios."""
