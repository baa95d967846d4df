"""The values of a workbook's sheets, by calamine. Only bytes that were bounded before come here."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from dashboard.i18n import _
from dashboard.imports.grid import Refused
from dashboard.imports.package import broken


def sheets_by_calamine(data: bytes) -> dict[str, list[list[Any]]]:
    """Give the rows of every worksheet, from A1 on. Raises Refused."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        }
    except PasswordError as error:
        raise Refused(
            _("文件设置了打开密码，读不出内容；请在 Excel 或 WPS 中取消密码后再上传。")
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken() from error
