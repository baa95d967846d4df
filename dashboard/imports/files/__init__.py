"""Bytes to sheets: what a file is, what its parts hold, the grid of values read from it."""
