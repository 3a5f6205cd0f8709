"""Seeds, what an account holds at the start: the built-in ones, reading one in JSON or YAML, and generating one."""
