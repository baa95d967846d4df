"""单位与地区, and the year's lists."""

from __future__ import annotations

from dashboard.admin.spec import AdminPage
from dashboard.permissions import Action
from models.agency import Agency
from models.programme import Programme
from models.region import Region

GROUP = "单位与地区"
PAGES = (
    AdminPage(
        model=Agency,
        title="责任单位",
        group=GROUP,
        read=Action.PLACE_READ,
        action=Action.AGENCY_EDIT,
        scope="id",
        listed=("code", "name", "aliases", "region_id", "parent_id", "active"),
        searched=("code", "name", "aliases"),
        filters=("active", "region"),
        ordering=("region_id", "name"),
        once=("code", "region_id", "parent_id"),
        edited=("name", "aliases", "active"),
        key=("code",),
    ),
    AdminPage(
        model=Region,
        title="地区",
        group=GROUP,
        read=Action.PLACE_READ,
        action=Action.AGENCY_EDIT,
        scope="id",
        listed=("code", "name", "parent_id"),
        searched=("code", "name"),
        ordering=("path",),
        once=("code", "parent_id"),
        edited=("name",),
        key=("code",),
    ),
    AdminPage(
        model=Programme,
        title="年度清单",
        group=GROUP,
        read=Action.PLACE_READ,
        scope="region_id",
        listed=("year", "name", "region_id", "adopted_on", "rule_set_code"),
        searched=("name", "region.name"),
        filters=("year", "region", "constructed"),
        ordering=("-year", "region_id"),
        read_only=(
            "due_day", "timely_day", "locked_day", "shown_on", "constructed", "source",
        ),
        children=("livelihood_project.programme_id", "reporting_period.programme_id"),
        key=("region_id", "year"),
        because="清单在“计划”页建立、导入和审定；规则在“规则”页选定。",
        page="plan",
    ),
)  # fmt: skip
