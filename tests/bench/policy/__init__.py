"""The same credit policy in several engines: 25 knock-outs, a grade, a 5 x 6 matrix, limit and price, 32 facts."""
