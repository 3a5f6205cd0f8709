"""Counts and sums over projects, with as few requests as their criteria allow."""
