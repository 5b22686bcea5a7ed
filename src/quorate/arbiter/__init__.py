"""The arbiter: everything that costs or moves money is a task with a spec and a walked state table."""
