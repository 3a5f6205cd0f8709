"""What is known about one Ivinex account: fields inferred from sampled records."""
