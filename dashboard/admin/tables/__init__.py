"""The declarations of the generated admin, and the tables that deliberately have none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import SQLModel

from dashboard.admin.spec import AdminPage
from dashboard.admin.tables import dictionaries, lights, people, places, plans, remarks, reports
from models.account import (
    OneTimeLink,
    RoleGrantProject,
    SecondFactor,
    SignInAttempt,
    SignInSession,
)
from models.chart import ChartPin, OwnChart
from models.custom import CustomValue
from models.fact import ProjectMonth, RegionMonth
from models.file import Attachment, StoredFile
from models.note import InternalNote
from models.observer import ObserverDevice
from models.photo import Photo
from models.table_import import TableImport
from models.token import ApiToken, ApiUse
from models.view import SavedView

ADMIN_PAGES: dict[str, AdminPage] = {
    page.table: page
    for group in (plans, reports, lights, remarks, places, dictionaries, people)
    for page in group.PAGES
}
"""Table name → declaration, in the order of the picker."""
ABSENT: Mapping[type[SQLModel], str] = {
    SignInSession: "登录会话含令牌摘要，在“账户”和“人员与授权”页查看和结束。",
    SignInAttempt: "登录失败记录只供限次使用，到期即删。",
    OneTimeLink: "一次性链接含令牌摘要，在“人员与授权”页发出。",
    SecondFactor: "动态口令密钥不能给任何人看，在“账户”页启用和停用。",
    RoleGrantProject: "授权的项目随授权在“人员与授权”页办理。",
    ProjectMonth: "由系统按计划和月报推算，每日重算，不能录入。",
    RegionMonth: "由系统按项目的灯汇总，每日重算，不能录入。",
    ApiToken: "接口令牌含令牌摘要，在“账户”页发出和停用。",
    ApiUse: "接口的用量每日汇总记入审计日志后即删。",
    SavedView: "视图在各表的列表上保存、共享和删除。",
    OwnChart: "图表在各表的列表上制作、共享和删除。",
    ChartPin: "图表放在谁的首页，由本人在图表上决定。",
    TableImport: "表格导入的批次在各表的导入处查看和撤回。",
    CustomValue: "自设字段的内容随所属的记录查看和填写。",
    StoredFile: "文件随所附的月报、项目或批次打开，权限随其所附。",
    ObserverDevice: "观察员设备含令牌摘要，在“账户”页查看和撤销。",
    Photo: "照片在所附的意见或整改中查看，原件每看一次都有记录。",
    InternalNote: "内部备注只供督查室在所附处阅读，不导出，不经接口。",
    Attachment: "佐证材料在所附的月报或整改中查看，权限随其所附。",
}
"""Tables without a declaration, and why."""
