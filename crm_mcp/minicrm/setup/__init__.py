"""What setting up a MiniCRM account asks, and what it reads to ask it well."""
