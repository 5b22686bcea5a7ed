"""Portfolio: what a book holds."""
