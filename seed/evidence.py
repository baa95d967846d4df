"""示范市's evidence: a small constructed record for each step that a unit reported as done.

Every sheet says on its face that it is demonstration data, and the same one comes out each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from sqlmodel import Session, col, select

from dashboard import files
from models.file import Attachment, StoredFile
from models.project import LivelihoodProject
from models.report import ProgressReport, ReportState
from seed.rows import key, save

PDF = "application/pdf"
MOST = 2
"""How many reports of a project have a record: its newest ones."""
_LETTERS = 30


def add_evidence(session: Session, projects: Mapping[str, LivelihoodProject]) -> int:
    """Attach a record to the newest accepted reports that name a finished step; give how many."""
    made = 0
    for project in projects.values():
        statement = (
            select(ProgressReport)
            .where(ProgressReport.project_id == project.id)
            .where(ProgressReport.state == ReportState.ACCEPTED)
            .where(col(ProgressReport.superseded_on).is_(None))
            .order_by(col(ProgressReport.month).desc())
        )
        told = [report for report in session.exec(statement) if report.milestone_done]
        for report in told[:MOST]:
            _attach(session, project, report)
            made += 1
    return made


def _attach(session: Session, project: LivelihoodProject, report: ProgressReport) -> None:
    title = f"{report.month:%Y年%m月}节点核查记录"
    data = record_sheet(
        [
            "演示数据（构造，非真实材料）",
            f"示范市民生实事{title}",
            f"{project.code}　{project.name}",
            f"已完成节点：{report.milestone_done}",
            f"形象进度：{report.physical_progress}",
        ]
    )
    stored = StoredFile(
        sha256=files.save(data),
        name=f"{project.code} {title}（演示数据）.pdf",
        media_type=PDF,
        size=len(data),
        account_id=report.submitted_by_id,
        project_id=key(project),
        agency_id=report.agency_id,
    )
    save(session, [stored])
    caption = f"演示数据：{report.milestone_done}"[:200]
    save(
        session,
        [
            Attachment(
                file_id=key(stored), table_name="progress_report", row_id=key(report),
                caption=caption,
            )
        ],
    )  # fmt: skip


def record_sheet(paragraphs: list[str]) -> bytes:
    """Write a PDF of one page; its Chinese is drawn with a font that every reader brings along."""
    lines = [line for text in paragraphs for line in (wrap(text, _LETTERS) or [""])]
    shown = b" ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*".encode() for line in lines)
    content = b"BT /F 14 Tf 24 TL 72 770 Td " + shown + b" ET"
    font = b"/Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    inner = (
        b"/Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
        b"/FontDescriptor 7 0 R"
    )
    described = (
        b"/Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 752 /Descent -271 /CapHeight 737 /StemV 58"
    )
    page = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    return _numbered(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< " + page + b"/Resources << /Font << /F 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< " + font + b" /DescendantFonts [6 0 R] >>",
            b"<< " + inner + b" >>",
            b"<< " + described + b" >>",
        ]
    )


def _numbered(objects: list[bytes]) -> bytes:
    """Put a PDF's objects together with the table of where each begins."""
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n" % (len(objects) + 1)
    return data + head + table + tail + b"%d\n%%%%EOF\n" % len(data)
