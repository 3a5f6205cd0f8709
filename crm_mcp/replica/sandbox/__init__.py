"""Running a statement in a process of its own, which can be killed and can change nothing."""
