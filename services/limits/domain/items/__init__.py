"""Exposure made of documents: which of them count, with how much, and what is due of them."""
