"""What turns a clone into what is published: `python -m release` (`make dist`) makes all of it in `dist/`."""
