"""SQL over what was read from the connected CRMs, as a tool and as resources."""
