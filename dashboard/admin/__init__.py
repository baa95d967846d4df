"""The generated admin: a declaration a table, and one renderer for all of them."""
