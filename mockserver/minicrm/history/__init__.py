"""What became of a card: its changes of status, as `GET /ProjectHistory/{id}` lists them."""
