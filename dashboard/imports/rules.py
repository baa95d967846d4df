"""What the rules are called that a sheet can break; the same words on the page and in the file."""

from __future__ import annotations

from dashboard.i18n import _

RULES = {
    "unreadable": "看不出确定的内容",
    "ambiguous": "有不止一种读法",
    "unit": "计量单位不符",
    "no_date": "没有具体日期",
    "error_value": "公式出错",
    "no_result": "公式没有计算结果",
    "struck": "内容加了删除线",
    "merged_figure": "一个数字合并了几行",
    "unknown_project": "任务清单里没有这个项目",
    "foreign_project": "不是本单位牵头的项目",
    "near_project": "与已有项目名称相近",
    "unknown_work_item": "没有这个子项",
    "code_contradicts_name": "编号和名称不是同一个项目",
    "name_differs": "编号与名称不一致",
    "duplicate_row": "同一个项目重复填报",
    "wrong_month": "不是本期的报表",
    "wrong_agency": "不是本单位的模板",
    "wrong_kind": "不是这一种报表",
    "missing_required": "没有填写必填内容",
    "too_long": "文字太长",
    "own_differs": "同一个项目填得不一致",
    "missing_column": "缺少必需的列",
    "column_twice": "不能确定用哪一列",
    "no_table": "没有找到表头",
    "no_rows": "没有可导入的行",
    "lagging_without_cause": "进度滞后，没有填写原因",
    "lagging_without_measure": "进度滞后，没有填写措施",
    "lagging_without_forecast_on": "进度滞后，没有填写新的完成时间",
    "forecast_passed": "预计完成时间已经过去",
    "cumulative_fell": "累计数比上次小",
    "jump": "增加得太快",
    "over_target": "超过目标",
    "part_exceeds_whole": "部分大于整体",
    "percent_contradicts_quantity": "进度与数量不一致",
    "percent_contradicts_items": "进度与各子项不一致",
    "sum_contradicts": "上次累计加本月不等于本次累计",
    "text_contradicts": "文字与数字不一致",
    "future_completion": "已完成却填了以后的日期",
    "total_differs": "合计与各行之和不一致",
    "too_many": "问题太多，没有全部列出",
    "too_many_rows": "一次导入的行数太多",
    "register": "台账里不能这样填写",
}


def rule_name(rule: str) -> str:
    """Name a rule in words."""
    return _(RULES[rule])
