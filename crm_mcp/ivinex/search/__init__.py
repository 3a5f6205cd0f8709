"""A search of one module: its criteria read from what models send, resolved, and its pages read."""
