"""Sheets in: bytes and a context become drafts, problems, a difference. Nothing is saved."""
