"""The documents of an account in its replica: rows by their lists, items by their details."""
