"""What is known about one MiniCRM account: its modules, statuses, users and fields."""
