"""The command line: `python -m dashboard init | run | daily | check | backup | restore`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

import models  # noqa: F401  (loads every table)
from dashboard import audit, clock, db
from dashboard.backup import make_backup, restore_backup
from dashboard.check import findings
from dashboard.commands.account import Link, first_accounts, reset_on_server
from dashboard.commands.session import end_what_was_open
from dashboard.errors import told
from dashboard.i18n import _
from dashboard.installation import freeze_day
from dashboard.migrate import upgrade
from dashboard.settings import settings
from models.audit import Via
from seed.reference import add_reference

app = typer.Typer(
    help="民生实事督查看板：安装、运行、每日任务、检查、备份与恢复。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Show what a person can act on, and log what is written as done from the command line."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        audit.via.set(Via.COMMAND)
        told(command)(*args, **kwargs)

    return wrapped


def _owner() -> Engine:
    """Give the engine of the role that owns the tables, the program's own where there is one."""
    owner_url = settings().owner_url
    return db.make_engine(owner_url) if owner_url else db.engine()


def _show_link(link: Link) -> None:
    scheme = "https" if settings().https else "http"
    host = settings().hosts.split(",")[0].strip() or f"{settings().host}:{settings().port}"
    typer.echo(f"{link.name}: {scheme}://{host}/link/{link.token}")


@app.command(help="建立数据库；首次运行时生成系统管理员和安全管理员的一次性链接（24 小时有效）。")
@_told
def init(
    admin: Annotated[str, typer.Option(help="第一个系统管理员的账户名")] = "admin",
    security: Annotated[str, typer.Option(help="第一个安全管理员的账户名")] = "security",
    reset: Annotated[str, typer.Option(help="为已有账户生成一次性重置链接")] = "",
) -> None:
    """Create the tables and, on an empty database, the first two accounts."""
    upgrade(_owner())
    with db.transaction() as session:
        if reset:
            links = [reset_on_server(session, reset, now=clock.now())]
        else:
            links = first_accounts(session, admin=admin, security=security, now=clock.now())
        add_reference(session)
    if not links:
        typer.echo(_("数据库已建立，已有账户；没有生成链接。"))
        return
    typer.echo(_("请在 24 小时内打开以下一次性链接设置密码；链接只显示这一次："))
    for link in links:
        _show_link(link)


@app.command(help="做一次每日任务：生成应报、月末定灯、提醒、清理；可重复运行。")
@_told
def daily() -> None:
    """Do the day's work; doing it again changes nothing."""
    from dashboard.jobs import daily as work_of_the_day

    freeze_day()
    for line in work_of_the_day() or [_("没有需要办理的事。")]:
        typer.echo(line)


@app.command(
    help="检查数据库、审计链（对照库外链头）、外键和文件；有问题时逐条列出并以状态 1 结束。"
)
@_told
def check() -> None:
    """Say what is wrong, and end with status 1 if anything is."""
    freeze_day()
    with db.reading() as session:
        found = list(findings(session, clock.today()))
    for finding in found:
        typer.echo(finding.text, err=not finding.warning)
    if any(not finding.warning for finding in found):
        raise typer.Exit(1)
    typer.echo(_("检查通过。"))


@app.command(help="备份数据库、文件和审计链头到一个新文件夹；服务无须停止。")
@_told
def backup(folder: Annotated[Path, typer.Argument(help="新的备份文件夹")]) -> None:
    """Write a backup while people go on working."""
    made = make_backup(db.engine(), folder, now=clock.now())
    typer.echo(
        _("已备份到 {folder}：{files} 个文件，{entries} 条审计日志。").format(**made._asdict())
    )


@app.command(help="恢复到空的数据库和文件夹，然后检查；当时的登录和一次性链接全部失效。")
@_told
def restore(folder: Annotated[Path, typer.Argument(help="备份文件夹")]) -> None:
    """Restore into an empty place, end what was open, and check."""
    done = restore_backup(_owner(), folder)
    with db.transaction() as session:
        end_what_was_open(session, now=clock.now())
    typer.echo(_("已恢复：{files} 个文件，{entries} 条审计日志。").format(**done._asdict()))
    check()


@app.command(help="启动服务；地址、端口等由环境变量 DASHBOARD_HOST、DASHBOARD_PORT 等设定。")
@_told
def run() -> None:
    """Bring the schema up to date and serve."""
    upgrade(_owner())
    with db.transaction() as session:
        add_reference(session)
    from dashboard.server import serve

    told_address = _("正在监听 http://{host}:{port}")
    serve(told=told_address.format(host=settings().host, port=settings().port))


if __name__ == "__main__":
    app()
