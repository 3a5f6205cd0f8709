"""Calls that take long, as tasks of the extension `io.modelcontextprotocol/tasks`, for clients that declare it."""
