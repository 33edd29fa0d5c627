"""By what parties are found again, and cases in which a person says who is who."""
