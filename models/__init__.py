"""The schema, nothing else. `import models` loads every table."""

from models import (
    account,
    agency,
    audit,
    fact,
    file,
    installation,
    instruction,
    light,
    milestone,
    programme,
    project,
    region,
    report,
    upload,
)

__all__ = [
    "account",
    "agency",
    "audit",
    "fact",
    "file",
    "installation",
    "instruction",
    "light",
    "milestone",
    "programme",
    "project",
    "region",
    "report",
    "upload",
]
