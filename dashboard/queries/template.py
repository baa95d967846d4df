"""文书模板: which one is in use."""

from __future__ import annotations

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from models.file import StoredFile
from models.template import TemplateKind, WordTemplate


def template_in_use(session: Session, kind: TemplateKind) -> tuple[WordTemplate, StoredFile] | None:
    """Give the newest template of a kind and its file; None while the shipped one is in use."""
    statement = (
        rows_of(WordTemplate, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(WordTemplate.file_id))
        .where(WordTemplate.kind == kind)
        .order_by(col(WordTemplate.id).desc())
        .limit(1)
    )
    found = session.exec(statement).first()
    return (found[0], found[1]) if found else None
