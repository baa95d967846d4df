"""What a column means: its heading, its unit, and what its values tell where those do not."""
