"""One hub process as a node of the fleet: the sessions of its workers, and what is done for them."""
