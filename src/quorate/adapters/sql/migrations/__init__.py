"""The database's schema, step by step; each step is one transaction on either database."""
