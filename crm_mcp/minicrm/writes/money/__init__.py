"""Money written: invoices issued and documents changed, as `safe_writes` carries out what nothing takes back."""
