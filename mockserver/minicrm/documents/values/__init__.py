"""What stands in documents: numbers and money, days, countries."""
