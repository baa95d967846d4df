"""视图: a way of looking at a table that somebody named, shared or pinned."""

from __future__ import annotations

from sqlmodel import Field, UniqueConstraint

from models.account import Role
from models.base import Row, code_type


class SavedView(Row, table=True):
    """视图: a list's filters, columns and order under a name.

    `shared_with` opens it to a role within `place`, the paths of regions; each reader still sees
    their own rows and fields only. `pinned` puts it on its owner's home page.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "table_name", "name"),)

    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    table_name: str = Field(max_length=40, title="数据表")
    name: str = Field(min_length=1, max_length=40, title="视图名称")
    link: str = Field(default="", max_length=2000, title="条件")
    shared_with: Role | None = Field(default=None, sa_type=code_type(Role), title="共享给")
    place: str = Field(default="", max_length=200, title="共享范围")
    pinned: bool = Field(default=False, title="放在我的待办")
