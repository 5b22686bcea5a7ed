"""What the running system says of itself: logs now, spans and metrics later."""
