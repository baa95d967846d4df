"""Rows to start from: what every deployment needs, the demonstration, a province to measure."""
