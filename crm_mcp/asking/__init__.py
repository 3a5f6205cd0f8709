"""How a person is asked, and what a CRM brings to that; no question is put here, and nothing is drawn."""
