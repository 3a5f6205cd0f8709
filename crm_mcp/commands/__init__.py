"""The commands about the replica, and what all commands share."""
