"""What an attacker tries against a served address: each attempt is refused clearly, and harms nobody."""
