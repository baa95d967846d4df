"""The supervision dashboard for 民生实事: rules, queries, commands and the doors to them."""
