"""What intake shows of its values over HTTP: one module for each resource."""
