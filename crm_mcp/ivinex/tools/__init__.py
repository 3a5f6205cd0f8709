"""The Ivinex tools."""
