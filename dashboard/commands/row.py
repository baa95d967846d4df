"""Rows of any declared table: saved, deleted, changed together, restored; each row its audit line.

What is entered is checked by the schema's types and limits, one sentence a field. Tables with
commands of their own are refused here: their declaration has no action.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from dashboard.admin.field import columns_of
from dashboard.admin.spec import OWN, SECRET, AdminPage, action_for, changes, fields_in, named_query
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.audit import record
from dashboard.commands.agency import place_in_tree
from dashboard.commands.light import refresh_facts
from dashboard.commands.own_field import answers_of, keep_answers
from dashboard.db import load, records, require_version
from dashboard.errors import Invalid, Missing
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow, allow_row, refusal
from dashboard.queries.own_field import own_fields
from dashboard.queries.row_choice import may_choose
from dashboard.queries.row_field import locked
from dashboard.queries.row_past import dependents, row_entries
from dashboard.queries.row_source import reading_scope
from dashboard.rules.entry import Field, Kind, Unfit, entered

MOST_AT_ONCE = 500
_UNSAID = frozenset({"id", "created_at", "changed_at", "version"}) | SECRET


def save_row(
    session: Session,
    actor: Actor,
    page: AdminPage,
    key: int | None,
    values: Mapping[str, Any],
    *,
    today: date,
    version: int | None = None,
    event: str = "",
    comment: str = "",
    batch: str = "",
    refresh: bool = True,
) -> Any:
    """Save what was entered for a row, or for a new one without `key`; the second is told.

    Without `refresh` the caller works the projects' facts out anew once all rows are written.

    Raises:
        Unfit: fields that cannot be saved, one sentence each.
        Conflict: somebody changed the row since it was shown.
        Missing: there is no such row in the actor's scope.
    """
    action = allow_table(actor, page, values)
    row = page.model() if key is None else _row(session, actor, page, key, version, action)
    if key is None and not page.adds:
        raise _refused(actor, page, "", _("这张表不能在此新增记录。"))
    _allow_fields(session, actor, page, row, values, new=key is None)
    found = checked(session, actor, page, values, row)
    for name, value in found.items():
        if not OWN.fullmatch(name):
            setattr(row, name, value)
    if page.wrong and (sentences := named_query(page.wrong)(session, row)):
        raise Unfit(sentences)
    _require_unique(session, page, row)
    event = event or ("row:add" if key is None else "row:edit")
    answers = {name: value for name, value in found.items() if OWN.fullmatch(name)}
    _write(session, actor, page, row, answers, event, comment, batch)
    _require_scope(session, actor, page, row, action)
    if refresh:
        refresh_rows(session, page, [row], today)
    return row


def allow_table(actor: Actor, page: AdminPage, names: Collection[str] = ()) -> Action:
    """Let the actor change these fields of the table somewhere, or raise `NotAllowed`."""
    action = action_for(page, names or page.edited)
    if action is None:
        raise _refused(actor, page, "", _(page.because))
    allow(actor, action)
    return action


def _refused(actor: Actor, page: AdminPage, key: object, words: str) -> Exception:
    error = refusal(actor, page.action or page.read, page.table, key)
    error.args = (words,)
    return error


def _row(
    session: Session,
    actor: Actor,
    page: AdminPage,
    key: int,
    version: int | None,
    action: Action,
) -> Any:
    """Give a row the actor may change, locked, as it was shown to them."""
    keys = columns_of(page.model)["id"]
    inside = select(keys).where(keys == key, reading_scope(actor, page, action))
    allow_row(session.connection().scalar(inside), _("该记录"))
    row: Any = load(session, page.model, key, lock=True)
    require_version(session, row, version)
    for name, values in page.final:
        if getattr(row, name) in values:
            title = _(getattr(row, name).label)
            raise Invalid(_("此记录已是“{state}”，不能再改。").format(state=title))
    return row


def _fields(session: Session, page: AdminPage) -> dict[str, Field]:
    return {**fields_in(page), **own_fields(session, page)}


def _allow_fields(
    session: Session,
    actor: Actor,
    page: AdminPage,
    row: Any,
    values: Mapping[str, Any],
    *,
    new: bool,
) -> None:
    fields = _fields(session, page)
    closed = frozenset() if new or not values else locked(session, actor, page, row.id)
    for name in values:
        may = name in fields and changes(actor, page, name, new=new)
        if not may or name in closed:
            title = fields[name].label if name in fields else name
            words = _("{title}不能在此修改。").format(title=title)
            raise _refused(actor, page, getattr(row, "id", None) or "", words)


def checked(
    session: Session, actor: Actor, page: AdminPage, values: Mapping[str, Any], row: Any
) -> dict[str, Any]:
    """Give what would be stored for what was entered. Raises `Unfit` with a sentence a field."""
    found, wrong = {}, {}
    fields = _fields(session, page)
    for name in _asked(page, values, new=row.id is None):
        try:
            value = entered(fields[name], values.get(name))
            _require_choice(session, actor, page, fields[name], value, row)
            found[name] = value
        except Invalid as error:
            wrong[name] = str(error)
    if wrong:
        raise Unfit(wrong)
    return found


def _asked(page: AdminPage, values: Mapping[str, Any], *, new: bool) -> Iterator[str]:
    """Give the fields to check: those entered, and of a new row those that must be."""
    yield from values
    if new:
        for name in (*page.once, *page.edited):
            info = page.model.model_fields[name]
            if name not in values and info.is_required():
                yield name


def _require_choice(
    session: Session, actor: Actor, page: AdminPage, field: Field, value: Any, row: Any
) -> None:
    if field.kind is not Kind.ROW or value is None or value == getattr(row, field.name, None):
        return
    target = ADMIN_PAGES[field.target]
    key = columns_of(target.model)[field.target_key]
    statement = select(key).where(key == value, may_choose(actor, page, target))
    if session.connection().scalar(statement) is None:
        raise Invalid(_("请从名单中选择{title}。").format(title=field.label))
    if field.target == page.table and value == row.id:
        raise Invalid(_("{title}不能是它自己。").format(title=field.label))


def unique_columns(model: type[SQLModel]) -> Iterator[tuple[str, ...]]:
    """Give the sets of columns of which no two rows may hold the same."""
    table = model.__table__  # type: ignore[attr-defined]
    for column in table.c:
        if column.unique:
            yield (column.name,)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)


def _require_unique(session: Session, page: AdminPage, row: Any) -> None:
    columns, fields = columns_of(page.model), fields_in(page)
    for names in set(unique_columns(page.model)):
        values = {name: getattr(row, name) for name in names}
        if any(value is None for value in values.values()):
            continue
        same = select(columns["id"]).where(*(columns[n] == value for n, value in values.items()))
        if row.id is not None:
            same = same.where(columns["id"] != row.id)
        if session.connection().scalar(same.limit(1)) is not None:
            titles = joined(fields[name].label for name in names)
            own = next((name for name in names if name in page.edited), names[-1])
            raise Unfit({own: _("已有{title}相同的记录。").format(title=titles)})


def _write(
    session: Session,
    actor: Actor,
    page: AdminPage,
    row: Any,
    answers: Mapping[str, Any],
    event: str,
    comment: str,
    batch: str,
) -> None:
    told: dict[str, Any] = {}
    try:
        if row.id is None and {"path", "parent_id"} <= columns_of(page.model).keys():
            told = {name: [None, getattr(row, name)] for name in (*page.once, *page.edited)}
            place_in_tree(session, row)
        elif row.id is None and answers:
            session.add(row)
            session.flush()
        if answers:
            told |= keep_answers(session, page, row, answers)
        record(session, actor, event, row, comment=comment, batch=batch, extra=told)
    except IntegrityError as error:
        raise Invalid(_("这些内容不能同时成立，请核对后再保存。")) from error


def _require_scope(
    session: Session, actor: Actor, page: AdminPage, row: Any, action: Action
) -> None:
    """Refuse a row that was written to where the actor has no say."""
    keys = columns_of(page.model)["id"]
    inside = select(keys).where(keys == row.id, reading_scope(actor, page, action))
    if session.connection().scalar(inside) is None:
        raise _refused(actor, page, row.id, _("您没有权限进行此操作。"))


def refresh_rows(session: Session, page: AdminPage, written: Collection[Any], today: date) -> None:
    """Work out the facts of the projects anew whose rows were written."""
    if page.scope == "project_id":
        refresh_facts(session, {row.project_id for row in written}, today=today)


def delete_row(
    session: Session,
    actor: Actor,
    page: AdminPage,
    key: int,
    *,
    today: date,
    version: int | None = None,
    batch: str = "",
) -> None:
    """Delete a row on which nothing hangs; the log keeps what stood in it.

    Raises:
        Invalid: something hangs on the row; the text lists it.
    """
    action = allow_table(actor, page)
    row = _row(session, actor, page, key, version, action)
    if not page.deletes:
        raise _refused(actor, page, key, _("这张表的记录不能删除。"))
    hanging = records(dependents(session, actor, page, key))
    if hanging:
        listed = joined(
            _("{title} {n} 条").format(title=_(each["title"]), n=each["rows"])
            if each["rows"]
            else _(each["title"])
            for each in hanging
        )
        raise Invalid(_("还有记录引用它，不能删除：{listed}。").format(listed=listed))
    names = [name for name in columns_of(page.model) if name not in _UNSAID]
    lost = {name: [getattr(row, name), None] for name in names}
    record(session, actor, "row:delete", row, batch=batch, extra=lost)
    for answers in session.exec(answers_of(page, key)):
        session.delete(answers)
    session.delete(row)
    session.flush()
    refresh_rows(session, page, [row], today)


def bulk_change(
    session: Session,
    actor: Actor,
    page: AdminPage,
    versions: Mapping[int, int],
    values: Mapping[str, Any],
    *,
    today: date,
) -> int:
    """Give several rows the same values, all or none; `versions` are the rows as they were shown.

    Gives how many rows were changed. Each leaves its own line, under one batch.
    """
    batch = _batch(versions)
    for key, version in versions.items():
        save_row(
            session, actor, page, key, values, version=version, today=today, batch=batch
        )  # fmt: skip
    return len(versions)


def bulk_delete(
    session: Session, actor: Actor, page: AdminPage, versions: Mapping[int, int], *, today: date
) -> int:
    """Delete several rows, all or none; gives how many."""
    batch = _batch(versions)
    for key, version in versions.items():
        delete_row(session, actor, page, key, version=version, today=today, batch=batch)
    return len(versions)


def _batch(versions: Mapping[int, int]) -> str:
    if not versions:
        raise Invalid(_("请先选择记录。"))
    if len(versions) > MOST_AT_ONCE:
        raise Invalid(_("一次最多处理 {n} 条记录。").format(n=MOST_AT_ONCE))
    return batch_number()


def batch_number() -> str:
    """Give the number under which rows are written together."""
    return f"PL{secrets.token_hex(4).upper()}"


def restore_version(
    session: Session,
    actor: Actor,
    page: AdminPage,
    key: int,
    entry: int,
    *,
    version: int,
    today: date,
) -> Any:
    """Write a row back to what it was after an entry of its log: a new write, not an undoing.

    Raises:
        Missing: the log has no such entry of this row.
        Invalid: nothing has changed since.
    """
    closed = locked(session, actor, page, key)
    known = [
        name for name in _fields(session, page) if changes(actor, page, name) and name not in closed
    ]
    _row(session, actor, page, key, version, allow_table(actor, page, known))
    entries = records(row_entries(session, page, key))
    if entry not in {each["id"] for each in entries}:
        raise Missing(_("这条记录没有这个版本。"))
    values: dict[str, Any] = {}
    for later in entries:
        if later["id"] <= entry:
            break
        for name, pair in json.loads(later["changes"]).items():
            if name in known:
                values[name] = pair[0]
    if not values:
        raise Invalid(_("该版本之后没有可恢复的修改。"))
    return save_row(
        session, actor, page, key, values, version=version, today=today, event="row:restore",
        comment=_("恢复到第 {n} 条日志时的内容").format(n=entry),
    )  # fmt: skip
