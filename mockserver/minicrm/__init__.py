"""A stateful fake of the MiniCRM API under `/Api/R3`."""
