"""The generated admin: declarations and the one renderer."""
