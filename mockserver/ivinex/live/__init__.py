"""What `record` and `drift` must know of a live Ivinex portal."""
