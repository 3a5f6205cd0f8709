"""What one MiniCRM account holds beside records: modules, statuses, users, schemas, and values checked by these."""
