"""The endpoints by entity, each with the row that keeps it and with how it is searched, written and printed."""
