"""Files of strangers as text, read in a process of its own that has little memory, little time and no login."""
