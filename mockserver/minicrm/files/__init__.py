"""Files that the account stores: what they hold, and how they are downloaded by their address alone."""
