"""What the account holds and no endpoint reads: the fake's page shows it, by requests that it alone can make."""
