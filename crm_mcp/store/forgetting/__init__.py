"""What leaves the store: what is too old, and what tells of a person who was purged."""
