"""The command `audit`: a list for people, and a file for whoever has to account for it."""
