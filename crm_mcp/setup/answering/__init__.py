"""Who answers the questions of setup: a person at a terminal, or a file."""
