"""The command line: `python -m dashboard init | run | daily | check | backup | restore`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

import models  # noqa: F401  (loads every table)
from dashboard import audit, clock, db
from dashboard.commands.account import Link, first_accounts, reset_on_server
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.settings import settings
from models.audit import Via

app = typer.Typer(
    help="民生实事督查看板：安装、运行、每日任务、检查、备份与恢复。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Show what a person can act on as one sentence and a failing status."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        audit.via.set(Via.COMMAND)
        try:
            command(*args, **kwargs)
        except DashboardError as error:
            typer.echo(str(error), err=True)
            sys.exit(1)

    return wrapped


def _show_link(link: Link) -> None:
    scheme = "https" if settings().https else "http"
    host = settings().hosts.split(",")[0].strip() or f"{settings().host}:{settings().port}"
    typer.echo(f"{link.name}: {scheme}://{host}/link/{link.token}")


@app.command()
@_told
def init(
    admin: Annotated[str, typer.Option(help="第一个系统管理员的账户名")] = "admin",
    security: Annotated[str, typer.Option(help="第一个安全管理员的账户名")] = "security",
    reset: Annotated[str, typer.Option(help="为已有账户生成一次性重置链接")] = "",
) -> None:
    """建立数据库；首次运行时生成系统管理员和安全管理员的一次性链接（24 小时有效）."""
    from dashboard.migrate import upgrade

    upgrade(db.engine())
    with db.transaction() as session:
        if reset:
            links = [reset_on_server(session, reset, now=clock.now())]
        else:
            links = first_accounts(session, admin=admin, security=security, now=clock.now())
    if not links:
        typer.echo(_("数据库已建立，已有账户；没有生成链接。"))
        return
    typer.echo(_("请在 24 小时内打开以下一次性链接设置密码；链接只显示这一次："))
    for link in links:
        _show_link(link)


@app.command()
@_told
def run() -> None:
    """启动服务；地址、端口等由环境变量 DASHBOARD_HOST、DASHBOARD_PORT 等设定."""
    from dashboard.migrate import upgrade

    upgrade(db.engine())
    from dashboard.server import serve

    typer.echo(
        _("正在监听 http://{host}:{port}").format(host=settings().host, port=settings().port)
    )
    serve()


if __name__ == "__main__":
    app()
