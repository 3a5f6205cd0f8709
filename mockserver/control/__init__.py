"""The control API under /_control/."""
