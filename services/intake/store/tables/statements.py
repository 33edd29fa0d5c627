"""Financial statements, their ratios, and tables of industries."""
