"""What serves each path, by entity: its row and table, and how it is searched, written and printed."""
