"""What supervisors and balancers are told, also while the service ends: then nothing new is begun."""
