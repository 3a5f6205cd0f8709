"""How much of the service one user may take, so that there is enough for every other."""
