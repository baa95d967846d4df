"""An unexpected error is a number to the person, and the detail under that number in the log.

Every line any library logs is masked: no passwords, tokens, cookies or database addresses.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from typing import Any

from dashboard.audit import plain
from dashboard.i18n import _

logger = logging.getLogger("dashboard")
_SECRETS = (
    (re.compile(r"(\w[\w+.-]*://[^\s:/@'\"]*):[^\s@/'\"]*@"), r"\1:***@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|passwort|token|secret|cookie|authorization|密码|口令)"
            r"\w*['\"]?\s*[=:]\s*)(?:bearer\s+)?(['\"]?)[^\s'\",;)}\]]+"
        ),
        r"\1\2***",
    ),
    (re.compile(r"((?:__Host-)?(?:session|form)=)[\w-]{16,}"), r"\1***"),
    (re.compile(r"(/link/)[\w-]{16,}"), r"\1***"),
    (re.compile(r"\$argon2id\$\S+"), "***"),
)
_make_record = logging.getLogRecordFactory()


def masked(text: str) -> str:
    """Give a text without the secrets in it."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _make_record(*args, **kwargs)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        message = str(record.msg)
    record.msg, record.args = plain(masked(message)), ()
    if record.exc_info and record.exc_info[1]:
        record.exc_text = masked("".join(traceback.format_exception(record.exc_info[1]))).rstrip()
    return record


def mask_logs() -> None:
    """Mask every line that anything in this process logs from now on."""
    logging.setLogRecordFactory(_masked_record)


def report(error: BaseException) -> str:
    """Log the error under a new number and give the sentence for the person."""
    number = secrets.token_hex(4).upper()
    logger.error("incident %s", number, exc_info=error)
    return _("出了意外的错误，没有保存任何内容。请把编号 {number} 告诉管理员。").format(
        number=number
    )
