"""What `record` and `drift` must know of a live MiniCRM account."""
