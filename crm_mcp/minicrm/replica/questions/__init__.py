"""What the tools that answer questions read from the replica."""
