"""Faults: processes are killed between any two steps, and what they leave must be whole."""
