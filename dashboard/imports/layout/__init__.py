"""Where on a sheet the tables are, and what each of their lines and blocks is."""
