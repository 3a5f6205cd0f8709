"""The operations of MiniCRM's API that only some tools need: each client is imported where these are chosen."""
