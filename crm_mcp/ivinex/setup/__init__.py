"""What setting up an Ivinex account asks, and how its modules are found."""
