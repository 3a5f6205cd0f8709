"""How a path becomes an endpoint, and what was probably meant by a request that has none."""
