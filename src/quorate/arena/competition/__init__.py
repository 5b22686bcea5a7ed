"""Competition: every profile decides for a virtual book of its own, and the books are compared on equal terms."""
