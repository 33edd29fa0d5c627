"""Indicators: dated series, their triggers, and reviews that are due."""
