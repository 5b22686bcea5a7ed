"""The relay: from the database to the stream, persist first."""
