"""Undo: what was written is shown to people, and taken back: a call by its own id, or one of its records."""
