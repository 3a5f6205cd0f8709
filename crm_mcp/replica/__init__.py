"""What was read of the CRMs, kept as tables that SQL can be asked of."""
