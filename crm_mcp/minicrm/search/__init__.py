"""Criteria of a project search, and which columns its rows show."""
