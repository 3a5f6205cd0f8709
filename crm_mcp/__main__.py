"""`python -m crm_mcp` is the same as `crm-mcp`."""

from crm_mcp.cli import main

main()
