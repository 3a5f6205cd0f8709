"""The requests of one draft: each is written down before it goes out, and settled after it."""
