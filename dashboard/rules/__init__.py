"""Pure rules and their SQL twins."""
