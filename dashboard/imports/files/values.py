"""The values of a workbook's sheets, by calamine. Only bytes that were bounded before come here."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from dashboard.i18n import _
from dashboard.imports.files.grid import Refused
from dashboard.imports.files.markup import broken

Merge = tuple[int, int, int, int]


def sheets_by_calamine(data: bytes) -> dict[str, tuple[list[list[Any]], list[Merge]]]:
    """Give the rows of every worksheet, from A1 on, and its merges. Raises Refused."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            sheet.name: _read(book.get_sheet_by_name(sheet.name))
            for sheet in book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        }
    except PasswordError as error:
        raise Refused(
            _("文件设置了打开密码，读不出内容；请在 Excel 或 WPS 中取消密码后再上传。")
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise broken() from error
        raise


def _read(sheet: CalamineSheet) -> tuple[list[list[Any]], list[Merge]]:
    merges = [(*start, *end) for start, end in sheet.merged_cell_ranges or []]
    return sheet.to_python(skip_empty_area=False), merges
