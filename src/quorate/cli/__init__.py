"""The command line: nouns, then verbs; text for people, `--json` for programs."""
