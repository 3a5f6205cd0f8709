"""Starts the server for a host that unpacked this bundle."""

import os
import re

# Hosts differ in what they hand on for a field that the person left empty: the placeholder itself, or such a word.
UNFILLED = re.compile(r"\$\{user_config\.[^}]*\}|undefined|null")


def drop_unfilled() -> None:
    """Unset every setting that the host did not fill in."""
    for name, value in list(os.environ.items()):
        if name.startswith(("CRM_MCP_", "MINICRM_", "IVINEX_")) and UNFILLED.fullmatch(value):
            del os.environ[name]


if __name__ == "__main__":
    drop_unfilled()
    from crm_mcp.cli import main

    main(["serve"], prog_name="crm-mcp")
