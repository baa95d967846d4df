"""Plain HTTP's edge."""
