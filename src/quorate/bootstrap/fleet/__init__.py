"""The fleet, wired: what a hub and a worker of it are made of."""
