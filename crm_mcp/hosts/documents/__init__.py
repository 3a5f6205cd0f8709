"""Editing JSON and TOML as text, so that all that is not ours stays as it is: order, indentation, comments."""
