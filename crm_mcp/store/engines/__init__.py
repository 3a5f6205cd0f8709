"""The engines that hold the store: SQLite in a folder of the user's own or in memory, or PostgreSQL."""
