"""Streamlit's edge: guard, read (cache), run (commands), and the pieces the pages share."""

from dashboard.i18n import _ as translate
from dashboard.ui.guard import guard
from dashboard.ui.read import read
from dashboard.ui.run import run

__all__ = ["guard", "read", "run", "translate"]
