"""Public events: one module per producing service, versioned names, additive change only."""
