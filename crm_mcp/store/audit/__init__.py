"""What was written through this server: whole calls, and pages of records."""
