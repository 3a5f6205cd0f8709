"""Ivinex's part of the replica: a table for each module that the settings name, and how its rows are kept fresh."""
