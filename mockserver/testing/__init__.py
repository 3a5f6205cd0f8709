"""What tests in Python use: the `crm_fake` fixture and a client of the control API."""
