"""`assay policy ...`: what people do with policy files."""
