"""The simulated broker: a REPLAY book's orders filled on the book's own bars, kept in its journal."""
