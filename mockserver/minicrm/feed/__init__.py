"""What other programs feed into the account: calls, sign-ups, files of a shop; and the list that a hash opens."""
