"""Financial statements: read into one taxonomy, checked, and turned into ratios."""
