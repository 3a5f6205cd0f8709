"""Everything about Ivinex: its wire format, its client, its tools, its settings."""
