"""What people do in MiniCRM's own page and its API does not let a program do."""
