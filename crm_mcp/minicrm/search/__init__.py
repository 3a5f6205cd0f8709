"""Criteria of a search, its rows, and the pages that tools show of them."""
