"""Documents out: templates to fill in and exports that import again."""
