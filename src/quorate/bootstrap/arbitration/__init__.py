"""Arbitration: who is asked, what the control plane watches, and what a person decides of it."""
