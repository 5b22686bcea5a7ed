"""SQLite and PostgreSQL: the journal, its writer, and the state tables of every room, one file a room."""
