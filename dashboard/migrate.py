"""The schema's migrations, run by the program; a schema newer than the program is refused."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from dashboard.errors import DashboardError
from dashboard.i18n import _

_LOCK = 4_137_103


def config(connection: Connection | None = None) -> Config:
    """Give Alembic's configuration, on this connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    made.attributes["connection"] = connection
    return made


def current(connection: Connection) -> str | None:
    """Give the revision of the database, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def require_known(connection: Connection) -> None:
    """Refuse a database whose schema is newer than this program, in one sentence."""
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    found = current(connection)
    if found is not None and found not in known:
        raise DashboardError(
            _("数据库的结构版本（{found}）比本程序新，请先升级程序。").format(found=found)
        )


def is_current(engine: Engine) -> bool:
    """Say whether the database has the newest schema."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        return current(connection) == head


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to date; safe to repeat, also after being stopped half way."""
    with engine.connect() as connection:
        require_known(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:k)"), {"k": _LOCK})
            connection.commit()
        command.upgrade(config(connection), revision)
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:k)"), {"k": _LOCK})
            connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision."""
    with engine.connect() as connection:
        command.downgrade(config(connection), revision)
        connection.commit()
