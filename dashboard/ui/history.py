"""变更历史 of one project, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from html import escape

import pandas as pd

from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.audit import code_word, event_word, field_title
from dashboard.queries.history import history
from dashboard.queries.own_column import own_titles
from dashboard.ui import parts
from dashboard.ui.read import read
from models.report import ProgressReport


def show_history(actor: Actor, row: pd.Series, _today: date) -> None:
    """Show who changed what of a project, the newest first."""
    project_id = int(row["id"])
    found, own = read(history, actor, project_id), read(own_titles, actor)
    rows = [
        {**row, "event": event_word(row["event"]), "changes": _moves(row["changes"], own)}
        for row in records(found)
    ]
    parts.show_table(
        rows,
        {
            "at": _("时间"),
            "who": _("账户"),
            "event": _("操作"),
            "changes": _("变更（原值 → 新值）"),
            "comment": _("说明"),
        },
        html=["changes"],
        empty=_("没有变更记录。"),
    )


def _moves(changes: str, own: Mapping[str, str]) -> str:
    lines = []
    for name, pair in json.loads(changes).items():
        if name.endswith("_id"):
            continue  # a key says nothing to a reader; the account of each line is named beside it
        title = own.get(name) or _(field_title(ProgressReport, name))
        old, new = (escape(code_word(v)[:60]) if v not in (None, "") else "—" for v in pair)
        lines.append(f'<span class="ms-soft">{escape(title)}</span> {old} → {new}')
    return parts.listed(lines[:14])
