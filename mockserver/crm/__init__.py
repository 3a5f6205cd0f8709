"""What both fakes are built on: the API seam, database, clock and profiles."""
