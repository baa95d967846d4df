"""照片: what was received is kept apart; what is shown was encoded anew and says nothing else."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import Field, Index

from models.base import Code, Instant, Row, code_type
from models.site import degrees


class PhotoPhase(Code):
    """照片阶段."""

    SCENE = "SCENE", "现场"
    BEFORE = "BEFORE", "整改前"
    AFTER = "AFTER", "整改后"


class Photo(Row, table=True):
    """照片: of a remark or a rectification. Place and time live here, not in the shown file.

    `original_file_id` is for supervisor and auditor only, each look audited. `shown_file_id` is the
    copy encoded anew; once faces or plates were blacked out, `published_file_id` stands before it
    for everybody else. `before_id` pairs an after-photo with its before-photo.
    """

    __tablename__ = "photo"
    __table_args__ = (Index("ix_photo_table_name_row_id", "table_name", "row_id"),)

    table_name: str = Field(max_length=40, title="所属表")
    row_id: int = Field(title="所属行")
    phase: PhotoPhase = Field(
        default=PhotoPhase.SCENE, sa_type=code_type(PhotoPhase), title="照片阶段"
    )
    before_id: int | None = Field(default=None, foreign_key="photo.id", title="对应的整改前照片")
    client_id: str | None = Field(default=None, max_length=40, unique=True, title="客户端编号")
    original_file_id: int = Field(foreign_key="stored_file.id", unique=True, title="原件")
    shown_file_id: int = Field(foreign_key="stored_file.id", index=True, title="显示用")
    thumb_file_id: int = Field(foreign_key="stored_file.id", index=True, title="缩略图")
    published_file_id: int | None = Field(
        default=None, foreign_key="stored_file.id", index=True, title="遮盖后"
    )
    published_thumb_id: int | None = Field(
        default=None, foreign_key="stored_file.id", index=True, title="遮盖后缩略图"
    )
    width: int = Field(gt=0, title="宽（像素）")
    height: int = Field(gt=0, title="高（像素）")
    taken_at: datetime | None = Field(default=None, sa_type=Instant, title="拍摄时间")
    latitude: Decimal | None = Field(default=None, sa_type=degrees(), title="拍摄纬度")
    longitude: Decimal | None = Field(default=None, sa_type=degrees(), title="拍摄经度")
    distance_m: int | None = Field(default=None, ge=0, title="拍摄处距点位（米）")
    caption: str = Field(default="", max_length=200, title="说明")
