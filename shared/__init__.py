"""What the services share: a pure kernel, the event contracts, and the platform code at the edges."""
