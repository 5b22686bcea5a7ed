"""`make evidence`: commands on real data and what they printed, kept under docs/evidence, one log a criterion.

Which criterion each log speaks for stands in docs/ACCEPTANCE.md.
"""
