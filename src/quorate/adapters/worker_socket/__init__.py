"""A worker's way to its hub: one WebSocket for messages, HTTP for the series that tasks name."""
