"""What each column of a sheet is read as, with its first values, and how to say otherwise."""

from __future__ import annotations

import streamlit as st

from dashboard.commands.upload import include_hidden, map_columns
from dashboard.i18n import _, joined
from dashboard.imports.columns.column import Kind
from dashboard.imports.columns.headings import columns_of
from dashboard.imports.examination import ColumnMatch, Examination, Table
from dashboard.permissions import Actor
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.run import run

HOW = {
    "synonym": "按表头认出",
    "confirmed": "已人工确认",
    "values": "按列中内容认出",
    "ignored": "不导入",
    "money": "各行金额的单位",
    "unknown": "没有认出",
}
UNITS = {
    "": "按表中写的",
    "元": "元",
    "万元": "万元",
    "亿元": "亿元",
    "fraction": "0.85 是 85%",
    "points": "0.85 是 0.85%",
}
_OF_KIND = {
    Kind.MONEY: ("", "元", "万元", "亿元"),
    Kind.PERCENT: ("", "fraction", "points"),
}
_SOUGHT = {"column_twice", "missing_column"}


def show_columns(actor: Actor, upload_id: int, found: Examination) -> None:
    """Show what was mapped to what; a form says otherwise, and is remembered for the unit."""
    sought = any(p.rule in _SOUGHT or p.rule == "ambiguous" for p in found.errors)
    for table in found.tables:
        unknown = sum(column.how == "unknown" for column in table.columns)
        label = _("列的对应（{sheet}）").format(sheet=plain(table.sheet))
        if unknown:
            label += _("：{n} 列没有认出").format(n=unknown)
        with st.expander(label, expanded=sought or bool(unknown and found.errors)):
            _columns(found, table)
            _form(actor, upload_id, found, table)


def _titles(found: Examination) -> dict[str, str]:
    return {column.field: column.label for column in columns_of(found)}


def _columns(found: Examination, table: Table) -> None:
    titles = _titles(found)
    parts.show_table(
        [
            {
                "letter": column.letter,
                "heading": column.heading.replace("\n", ""),
                "field": titles.get(column.field) or _("不导入"),
                "how": _how(column, titles),
                "unit": _(UNITS.get(column.unit, column.unit)) if column.unit else "",
                "examples": joined(text[:20] for text in column.examples[:3]),
            }
            for column in table.columns
        ],
        {
            "letter": _("列"),
            "heading": _("表头"),
            "field": _("对应"),
            "how": _("依据"),
            "unit": _("单位"),
            "examples": _("前几个值"),
        },
    )


def _how(column: ColumnMatch, titles: dict[str, str]) -> str:
    word = _(HOW[column.how])
    if column.how == "unknown" and column.near:
        return word + _("（像“{title}”）").format(title=titles[column.near])
    return word


def _form(actor: Actor, upload_id: int, found: Examination, table: Table) -> None:
    """Let one column after another be mapped: the box names it, its values and its field."""
    titles = _titles(found)
    kinds = {column.field: column.kind for column in columns_of(found)}
    columns = {column.key: column for column in table.columns}
    sought = next((n for n, c in enumerate(table.columns) if c.how == "unknown" and c.examples), 0)
    where = f"{upload_id}-{table.sheet}-{table.header_row}"
    left, right = st.columns(2, vertical_alignment="bottom")
    key = left.selectbox(
        _("改哪一列"),
        list(columns),
        index=sought,
        format_func=lambda key: _named(columns[key]),
        filter_mode=None,
        key=f"column-{where}",
    )
    if key is None:
        return
    column = columns[key]
    options = ["", *titles]
    start = column.field or column.near
    field = right.selectbox(
        _("对应到"),
        options,
        index=options.index(start) if start in options else 0,
        format_func=lambda name: titles.get(name) or _("不导入"),
        filter_mode=None,
        key=f"field-{where}-{key}",
    )
    units = _OF_KIND.get(kinds[field], ()) if field else ()
    unit = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if units:
            unit = st.selectbox(
                _("这一列的数字是"),
                units,
                index=units.index(column.unit) if column.unit in units else 0,
                format_func=lambda name: _(UNITS[name]),
                filter_mode=None,
                key=f"unit-{where}-{key}-{field}",
            )
        if st.button(_("确认对应"), key=f"map-{where}"):
            run(
                map_columns,
                actor,
                upload_id,
                layout=table.layout,
                choices={key: (field or "", unit or "")},
                done=_("已记住这一列的对应，下次同样的表头会照此读取。"),
            )


def _named(column: ColumnMatch) -> str:
    examples = joined(text[:12] for text in column.examples[:2])
    heading = column.heading.replace("\n", "")[:30]
    return _("{letter} 列 {heading}：{examples}").format(
        letter=column.letter, heading=heading, examples=examples or "—"
    )


def show_left_out(actor: Actor, upload_id: int, found: Examination, *, included: bool) -> None:
    """List what was not read and why; what is hidden is read on a tick alone."""
    hidden = [told for told in found.told if told.hidden]
    if hidden or included:
        ticked = st.checkbox(
            _("读取隐藏的行、列和工作表（{n} 处）").format(n=len(hidden))
            if hidden
            else _("读取隐藏的行、列和工作表"),
            value=included,
            key=f"hidden-{upload_id}-{included}",
        )
        if ticked != included:
            run(
                include_hidden, actor, upload_id, include=ticked,
                done=_("已按新的选择重新读取。"),
            )  # fmt: skip
    if found.told:
        with st.expander(_("没有导入的内容（{n} 处）").format(n=len(found.told))):
            parts.show_table(
                [vars(told) for told in found.told[:200]],
                {"sheet": _("工作表"), "place": _("位置"), "text": _("说明")},
            )
