"""The kernel: ids, value types, votes, decisions, journal rows, transition tables; imports nothing of ours."""
