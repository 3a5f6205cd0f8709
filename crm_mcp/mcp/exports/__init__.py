"""Exports: the tool that reads a whole search into a file, and the files, which hosts fetch as resources.

A file goes to the host and not through the model. It is kept for a while under an address that nobody can guess: in
memory, or, where several processes serve the same clients, sealed in the store.
"""
