"""Files: daily bars from CSV."""
