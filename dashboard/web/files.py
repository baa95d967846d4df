"""Private files by id: whoever asks must be allowed to have that very file."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from dashboard.db import reading
from dashboard.files import exists, path_of
from dashboard.i18n import _
from dashboard.permissions import Actor, allow_row
from dashboard.queries.file import file_for
from dashboard.web.page import actor

router = APIRouter()
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""What a browser may draw in place; everything else is saved, whatever it says it is."""
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def disposition(name: str, *, inline: bool) -> str:
    """Write the header that names a download (RFC 6266): plain ASCII, and the real name beside."""
    kind = "inline" if inline else "attachment"
    safe = "".join(s if (s.isascii() and s.isalnum()) or s in "._-" else "_" for s in name)
    return f"{kind}; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"


@router.get("/files/{file_id}")
def give_file(file_id: int, who: Annotated[Actor, Depends(actor)]) -> FileResponse:
    """Give a stored file to who may have it; to everybody else it does not exist."""
    with reading() as session:
        row = file_for(session, who, file_id)
        digest, name, media_type = row.sha256, row.name, row.media_type
    allow_row(exists(digest) or None, _("该文件"))
    inline = media_type in SHOWN
    return FileResponse(
        path_of(digest),
        media_type=media_type if inline else "application/octet-stream",
        headers={
            "content-disposition": disposition(name, inline=inline),
            "content-security-policy": SANDBOX,
        },
    )
