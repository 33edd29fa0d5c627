"""Scorecards as analysts keep them: built from data, documented, converted between forms, scored in batch.

A tool beside the services: training libraries and batch engines load here and never in a service.
"""
