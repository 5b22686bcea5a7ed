"""Arenas of others: logs that another arena kept of its books, played through our ledger and held against its bars."""
