"""人员: accounts, what they were granted, and what was done."""

from __future__ import annotations

from dashboard.admin.spec import AdminPage
from dashboard.permissions import EVERYONE, Action
from models.account import Account, Role, RoleGrant
from models.audit import AuditEntry
from models.installation import InstallationMark

GROUP = "人员与日志"
PAGES = (
    AdminPage(
        model=Account,
        title="账户",
        group=GROUP,
        read=Action.ACCOUNT_READ,
        action=Action.ACCOUNT_INVITE,
        scope=EVERYONE,
        label="display_name",
        listed=("name", "display_name", "agency_id", "phone", "active", "last_seen_at"),
        searched=("name", "display_name", "agency.name"),
        filters=("active", "agency", "language"),
        ordering=("name",),
        edited=("display_name", "phone"),
        read_only=("language", "password_set_at"),
        children=("role_grant.account_id",),
        key=("name",),
        adds=False,
        deletes=False,
        hidden=(("phone", (Role.SECURITY, Role.AUDITOR)),),
        page="people",
    ),
    AdminPage(
        model=RoleGrant,
        title="授权",
        group=GROUP,
        read=Action.ACCOUNT_READ,
        scope=EVERYONE,
        label="role",
        listed=("account_id", "role", "region_id", "agency_id", "first_on", "last_on"),
        searched=("account.name", "account.display_name"),
        filters=("role", "region", "agency"),
        days="last_on",
        ordering=("account_id", "id"),
        because="授权只由安全管理员在“人员与授权”页办理（三员分立）。",
        page="people",
    ),
    AdminPage(
        model=AuditEntry,
        title="审计日志",
        group=GROUP,
        read=Action.AUDIT_READ,
        scope=EVERYONE,
        label="event",
        listed=("id", "at", "account_name", "event", "table_name", "row_key", "success"),
        searched=("account_name", "event", "comment", "row_key"),
        filters=("success", "via", "table_name"),
        ordering=("-id",),
        read_only=("roles", "address", "via", "changes", "comment", "batch", "hash"),
        because="日志只增不改，逐条相连。",
        page="log",
    ),
    AdminPage(
        model=InstallationMark,
        title="安装标记",
        group=GROUP,
        read=Action.DICTIONARY_EDIT,
        scope=EVERYONE,
        listed=("name", "value"),
        searched=("name",),
        because="安装标记由安装和演示程序写入。",
    ),
)
