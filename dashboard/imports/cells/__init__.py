"""One cell: figures, days and texts, read for certain or not at all."""
