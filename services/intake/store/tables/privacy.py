"""Legal holds, retention, and what was exported or erased."""
