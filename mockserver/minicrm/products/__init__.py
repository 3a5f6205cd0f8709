"""Products: what a stock holds. The API writes them, and none of its endpoints reads them (observed by absence)."""
