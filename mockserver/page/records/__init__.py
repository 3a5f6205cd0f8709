"""The pages of records: the lists of each kind, and one record with what lies beside it."""
