"""An MCP server that lets AI assistants work in Ivinex and MiniCRM through typed tools."""
