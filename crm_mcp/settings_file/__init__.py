"""The settings file: where it is, what it says, and which part is meant. TOML is loaded only where there is one."""
