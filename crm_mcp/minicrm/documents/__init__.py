"""What is true of documents whoever asks: which are unpaid, what is due, sums that are exact."""
