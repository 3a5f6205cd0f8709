"""Separate copies of both fakes, with the faults and the journal of each."""
