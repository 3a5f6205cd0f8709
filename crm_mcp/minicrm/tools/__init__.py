"""The MiniCRM tools, one file an entity or question."""
