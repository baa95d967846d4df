"""后台: every table of the schema, drawn from its declaration."""

from dashboard import ui
from dashboard.admin.render import show
from dashboard.permissions import Action

show(ui.guard(Action.TABLE_READ))
