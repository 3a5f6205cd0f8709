"""The commands on what was read from the CRMs and is kept: `query`, `sync` and `replica`."""
