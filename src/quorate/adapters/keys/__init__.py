"""Keys on disk and what they sign."""
