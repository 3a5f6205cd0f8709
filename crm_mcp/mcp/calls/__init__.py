"""The arguments of a tool call as models and hosts send them: how they are read, and what is said of wrong ones."""
