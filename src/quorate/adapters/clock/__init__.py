"""The machine's clock and random ids."""
