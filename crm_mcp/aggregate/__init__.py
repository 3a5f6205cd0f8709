"""Groups, counts and field statistics over rows already read. Pure."""
