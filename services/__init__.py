"""The four services of Assay, their command line and the one-machine platform that runs them."""
