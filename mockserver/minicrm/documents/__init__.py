"""Invoices, orders and offers: lists, details, creating them and what is done to them, outside of `/Api/R3`."""
