"""Pure rules of scoring: the scorecard and how well a score tells good from bad."""
