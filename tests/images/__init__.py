"""The pictures of README and docs; `python -m tests.images` (`make images`) makes them anew."""
