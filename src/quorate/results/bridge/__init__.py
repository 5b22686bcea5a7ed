"""The bridge: from the stream to the event bus of one process."""
