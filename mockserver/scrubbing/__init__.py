"""Replaces what says something about somebody by stand-ins of the same shape. Knows no CRM."""
