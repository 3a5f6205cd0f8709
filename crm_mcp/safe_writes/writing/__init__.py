"""Carries writes out: journal, keys and plans in the store, lost responses, and what goes on behind its call."""
