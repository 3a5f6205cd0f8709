"""People deleted for good, in MiniCRM and in what this server remembers."""
