"""Adapters: every contact with the world, one folder a vendor; only the composition root knows them."""
