"""Live accounts: where they are, how to log in, and one HTTP client for them. `record` and `drift` go through it."""
