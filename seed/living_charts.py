"""The living city's charts: made by the supervision office, placed on the leaders' home pages."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlmodel import Session

from models.account import Role
from models.chart import ChartFigure, ChartKind, OwnChart
from models.programme import Programme
from models.region import Region
from seed.accounts import People
from seed.rows import key, save


def add_charts(session: Session, region: Region, programme: Programme, people: People) -> None:
    """Add where projects of each kind are, and how many of each light the months ended with."""
    year = str(key(programme))
    drawn = (
        (
            "livelihood_project",
            "各地各类项目",
            ChartKind.HEAT,
            "region_id",
            "category",
            "programme",
        ),
        ("light_record", "每月亮灯", ChartKind.BAR, "month", "kind", "project.programme"),
    )
    charts = [
        OwnChart(
            account_id=people.id("demo-supervisor"), table_name=table, name=name, kind=kind,
            by_name=by, across_name=across, figure=ChartFigure.COUNT, place=region.path,
            link=urlencode({f"is-{programme_filter}": year}), shared_with=Role.LEADER, at_home=True,
        )
        for table, name, kind, by, across, programme_filter in drawn
    ]  # fmt: skip
    save(session, charts)
