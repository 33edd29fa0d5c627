"""The search for less discriminatory alternatives: would another scorecard rank as well and treat groups more alike?

The effects test of fair lending asks of a score with a disparate impact whether the business need could be met as
well by means that are less disparate. The search is bounded and stated, so that it can be judged itself.
"""
