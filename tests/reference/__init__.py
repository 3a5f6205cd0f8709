"""The generated parts of `docs/reference`, each written from the code by `make snapshots` and held to it by a test."""
