"""What a statement reads, found before it runs; what may not run is refused here in a sentence. No file is touched."""
