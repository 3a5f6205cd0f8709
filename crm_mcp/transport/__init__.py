"""The way from a `Request` to a `Response`: connection pool, login, time-out, rate limit."""
