"""`assay version`: the life cycle of catalogue documents from the command line, over the same API as everybody's."""
