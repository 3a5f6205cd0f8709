"""What a person is asked before a write, in their language, and how their reply reaches the server."""
