"""What seeds are read with, and made by."""
