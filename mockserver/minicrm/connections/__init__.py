"""Connections between two cards: made, described, listed and taken away."""
