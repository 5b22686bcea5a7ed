"""Audit: hash chain, checkpoints and verification; imports the kernel only."""
