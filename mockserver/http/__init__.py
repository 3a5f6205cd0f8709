"""HTTP below the APIs: ASGI, Basic login, CORS."""
