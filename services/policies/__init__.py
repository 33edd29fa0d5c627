"""Policies as people keep them: files that are checked, converted between forms, and explained, without a service."""
