"""The living city's evidence: marked as constructed, the same each time, on no real project."""

from __future__ import annotations

import re

from sqlmodel import Session, col, select

from dashboard import files
from dashboard.permissions import Actor, Grant
from dashboard.queries.project_report import attachments
from models.account import Role
from models.file import Attachment, StoredFile
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from seed.evidence import record_sheet

MARK = "演示数据"


def _kept(session: Session) -> list[StoredFile]:
    statement = select(StoredFile).join(Attachment, col(Attachment.file_id) == col(StoredFile.id))
    return list(session.exec(statement))


def test_finished_steps_have_their_record_where_pages_look_for_it(demonstration: Session) -> None:
    statement = select(LivelihoodProject.id).join(Programme)
    ids = demonstration.exec(statement.where(col(Programme.constructed).is_(True))).all()
    place = demonstration.exec(select(Region).where(Region.name == "示范市")).one()
    office = Actor(1, "office", (Grant(Role.SUPERVISOR, region_path=place.path),))

    found = [attachments(demonstration, office, key or 0) for key in ids]

    assert sum(len(rows) > 0 for rows in found) >= 12
    assert all(MARK in name for rows in found for name in rows["file_name"])
    assert all(caption.startswith(MARK) for rows in found for caption in rows["caption"])


def test_evidence_is_constructed_small_and_stands_on_no_real_project(
    demonstration: Session,
) -> None:
    kept = _kept(demonstration)
    projects = {key: demonstration.get_one(LivelihoodProject, key) for key in
                {row.project_id for row in kept if row.project_id is not None}}  # fmt: skip
    programmes = {project.programme_id for project in projects.values()}

    assert all(demonstration.get_one(Programme, key).constructed for key in programmes)
    assert max(row.size for row in kept) < 4096
    for row in kept:
        data = files.path_of(row.sha256).read_bytes()
        assert data.startswith(b"%PDF-1.4")
        assert MARK.encode("utf-16-be").hex().encode() in data


def test_a_record_is_the_same_each_time_and_its_table_names_every_object() -> None:
    one, other = (record_sheet(["演示数据", "长" * 70]) for _each in range(2))

    start = int(one.rsplit(b"startxref\n", 1)[1].split()[0])
    places = [int(each) for each in re.findall(rb"(\d{10}) 00000 n", one[start:])]
    assert one == other
    assert one[start:].startswith(b"xref")
    assert [one[place:].split()[0] for place in places] == [b"%d" % n for n in range(1, 8)]
    assert one.count(b"Tj") == 4
