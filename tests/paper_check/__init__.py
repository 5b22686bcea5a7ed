"""The paper check: what a broker promises, asked of the real paper account. Opt-in: it needs keys and a network."""
