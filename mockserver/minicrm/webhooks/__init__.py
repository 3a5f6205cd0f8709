"""What MiniCRM's webhooks tell of a change."""
