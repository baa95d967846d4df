"""账户: who I am, what I may do where; password, sessions and language."""

from dashboard.ui.account import show_account
from dashboard.ui.guard import signed_in

show_account(signed_in())
