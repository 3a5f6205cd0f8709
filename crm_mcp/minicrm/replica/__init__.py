"""MiniCRM's part of the replica: its tables, how values are held there, and how they are brought up to date."""
