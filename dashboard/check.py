"""What is wrong with this installation: the database, the audit chain, the files, the settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from dashboard import audit, files
from dashboard.commands.light import facts_differences
from dashboard.i18n import _
from dashboard.queries.file import kept_digests
from dashboard.settings import settings


class Finding(NamedTuple):
    """One sentence; a warning does not make the check fail."""

    text: str
    warning: bool = False


def findings(session: Session, today: date) -> Iterator[Finding]:
    """Give everything found, the worst kind first; nothing when all is well."""
    if session.get_bind().dialect.name == "sqlite":
        yield from _sqlite(session)
    else:
        yield from _postgresql(session)
    if broken := audit.broken(session, audit.kept_head()):
        yield Finding(broken)
    yield from _files(session)
    for difference in facts_differences(session, today=today):
        yield Finding(difference)


def _sqlite(session: Session) -> Iterator[Finding]:
    connection = session.connection()
    for (line,) in connection.execute(text("PRAGMA quick_check")):
        if line != "ok":
            yield Finding(_("数据库文件损坏：{line}").format(line=line))
    for table, key, parent, _n in connection.execute(text("PRAGMA foreign_key_check")):
        yield Finding(
            _("表 {table} 第 {key} 行指向不存在的 {parent}。").format(
                table=table, key=key, parent=parent
            )
        )
    for name, wanted in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        found = connection.scalar(text(f"PRAGMA {name}"))
        if found != wanted:
            yield Finding(_("数据库设置 {name} 应为 {wanted}。").format(name=name, wanted=wanted))


def _postgresql(session: Session) -> Iterator[Finding]:
    connection = session.connection()
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.scalar(text(f"SHOW {name}")) != "on":
            yield Finding(_("数据库设置 {name} 应为 {wanted}。").format(name=name, wanted="on"))
    rights = text("SELECT has_table_privilege('audit_entry', 'UPDATE, DELETE, TRUNCATE')")
    if connection.scalar(rights):
        yield Finding(
            _("本程序的数据库角色有权改删审计日志；请按 docs/running.md 另设属主角色。"),
            warning=True,
        )


def _files(session: Session) -> Iterator[Finding]:
    named, kept = kept_digests(session), set(files.digests())
    for digest in sorted(named - kept):
        yield Finding(_("缺少文件 {digest}。").format(digest=digest))
    for digest in files.damaged():
        yield Finding(_("文件 {digest} 的内容与其摘要不符。").format(digest=digest))
    if orphans := len(kept - named):
        yield Finding(
            _("有 {count} 个文件没有任何记录指向它，每日任务会清理。").format(count=orphans),
            warning=True,
        )
    if not settings().audit_head.exists():
        yield Finding(_("库外没有留存审计链头，无法发现被截断的日志。"), warning=True)
