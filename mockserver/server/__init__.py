"""The ASGI application of both fakes and the process that serves it."""
