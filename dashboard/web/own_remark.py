"""What an observer may still do about a remark: take it back, rate what became of it, ask again."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from dashboard import clock
from dashboard.commands.own_remark import (
    ask_to_reopen,
    rate_remark,
    see_answers,
    withdraw_remark,
)
from dashboard.db import transaction
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.web.fields import text
from dashboard.web.observe import Fields, Observing
from dashboard.web.page import CheckedForm, go
from models.remark import Satisfaction

router = APIRouter(dependencies=[CheckedForm])


@router.post("/observe/answers")
def do_see_answers(who: Observing) -> Response:
    """Note that the new answers were read."""
    with transaction() as session:
        see_answers(session, who, now=clock.now())
    return go("/observe")


@router.post("/observe/{remark_id}/withdraw")
def do_withdraw(remark_id: int, who: Observing) -> Response:
    """Take one's own remark back."""
    with transaction() as session:
        withdraw_remark(session, who, remark_id, today=clock.today())
    return go("/observe?done=withdraw")


@router.post("/observe/{remark_id}/rate")
def do_rate(remark_id: int, who: Observing, fields: Fields) -> Response:
    """Rate what became of one's own remark."""
    if text(fields, "rating") not in Satisfaction.__members__:
        raise Invalid(_("请选择满意、基本满意或不满意。"))
    with transaction() as session:
        rate_remark(
            session, who, remark_id, rating=Satisfaction.of(text(fields, "rating")),
            words=text(fields, "words"), today=clock.today(),
        )  # fmt: skip
    return go("/observe?done=rate")


@router.post("/observe/{remark_id}/reopen")
def do_ask_to_reopen(remark_id: int, who: Observing, fields: Fields) -> Response:
    """Ask the office to take one's own remark up again."""
    with transaction() as session:
        ask_to_reopen(session, who, remark_id, words=text(fields, "words"), today=clock.today())
    return go("/observe?done=reopen")
