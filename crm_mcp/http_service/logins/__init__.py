"""Each login is served by an MCP server of its own, over the one connection pool and the one store.

So nothing that one server remembers, lists or makes can be another user's: whose request it is decides which server
gets it, and nothing after that has to ask.
"""
