"""Measurements of the fake, run by hand: see README.md."""
