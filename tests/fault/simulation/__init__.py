"""The simulation: the product's own code in a world of one seed, with its own time, network, venue and crashes.

Usage: python -m tests.fault.simulation --seed N [--seeds COUNT] [--bug NAME]
"""
