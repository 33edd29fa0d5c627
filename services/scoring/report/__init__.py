"""A monitoring report as a page for people."""
