"""What changes invoices, orders and offers."""
