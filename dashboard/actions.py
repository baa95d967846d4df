"""What can be done, and which role may do it: one table of roles × actions."""

from __future__ import annotations

from enum import StrEnum

from models.account import Role


class Action(StrEnum):
    """What can be done, as `noun:verb`. Commands allow it, pages and the menu ask for it."""

    PROJECT_READ = "project:read"
    BOARD_READ = "board:read"
    PLAN_IMPORT = "plan:import"
    PROGRAMME_ADOPT = "programme:adopt"
    ADJUSTMENT_PROPOSE = "adjustment:propose"
    ADJUSTMENT_DECIDE = "adjustment:decide"
    REPORT_READ = "report:read"
    REPORT_UPLOAD = "report:upload"
    REPORT_SUBMIT = "report:submit"
    REPORT_CONFIRM = "report:confirm"
    REPORT_ACCEPT = "report:accept"
    UNLOCK_REQUEST = "unlock:request"
    UNLOCK_APPROVE = "unlock:approve"
    PERIOD_EDIT = "period:edit"
    LIGHT_OVERRIDE = "light:override"
    RULE_READ = "rule:read"
    RULE_EDIT = "rule:edit"
    RULE_TEST = "rule:test"
    INSTRUCTION_GIVE = "instruction:give"
    INSTRUCTION_ANSWER = "instruction:answer"
    AGENCY_EDIT = "agency:edit"
    ACCOUNT_INVITE = "account:invite"
    ACCOUNT_READ = "account:read"
    ACCOUNT_LOCK = "account:lock"
    GRANT_EDIT = "grant:edit"
    AUDIT_READ = "audit:read"
    OBSERVER_APPOINT = "observer:appoint"
    OBSERVER_READ = "observer:read"
    REMARK_WRITE = "remark:write"
    REMARK_READ = "remark:read"
    REMARK_TRIAGE = "remark:triage"
    REPLY_PROPOSE = "reply:propose"
    SEALED_READ = "sealed:read"
    SEALED_RELEASE = "sealed:release"
    NOTE_READ = "note:read"
    NOTE_WRITE = "note:write"
    PHOTO_ORIGINAL = "photo:original"
    PHOTO_REDACT = "photo:redact"
    VISIT_PLAN = "visit:plan"
    RECTIFICATION_READ = "rectification:read"
    RECTIFICATION_ISSUE = "rectification:issue"
    RECTIFICATION_RECEIVE = "rectification:receive"
    RECTIFICATION_DISPUTE = "rectification:dispute"
    RECTIFICATION_PROPOSE = "rectification:propose"
    RECTIFICATION_CLEAR = "rectification:clear"
    RECTIFICATION_REOPEN = "rectification:reopen"
    RECTIFICATION_REMIND = "rectification:remind"
    EXTENSION_ASK = "extension:ask"
    EXTENSION_DECIDE = "extension:decide"
    RECHECK_DO = "recheck:do"
    CALENDAR_EDIT = "calendar:edit"
    TEMPLATE_EDIT = "template:edit"
    SITE_EDIT = "site:edit"
    TABLE_READ = "table:read"
    TABLE_EXPORT = "table:export"
    PLACE_READ = "place:read"
    DETAIL_EDIT = "detail:edit"
    DICTIONARY_EDIT = "dictionary:edit"
    TOKEN_MAKE = "token:make"
    CHART_PLACE = "chart:place"


_TABLES = {Action.TABLE_READ, Action.PLACE_READ}
_UNIT = _TABLES | {
    Action.PROJECT_READ,
    Action.BOARD_READ,
    Action.REPORT_READ,
    Action.RULE_READ,
    Action.REMARK_READ,
    Action.RECTIFICATION_READ,
}
_OUT = {Action.TABLE_EXPORT, Action.TOKEN_MAKE}
"""To take tables out of the program: who may not as a workbook, may not by another system."""
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(
        _TABLES
        | _OUT
        | {
            Action.CHART_PLACE,
            Action.DICTIONARY_EDIT,
            Action.AGENCY_EDIT,
            Action.ACCOUNT_INVITE,
            Action.ACCOUNT_READ,
            Action.RULE_READ,
            Action.RULE_EDIT,
            Action.PERIOD_EDIT,
            Action.CALENDAR_EDIT,
            Action.TEMPLATE_EDIT,
        }
    ),
    Role.SECURITY: frozenset(
        {Action.TABLE_READ, Action.ACCOUNT_READ, Action.ACCOUNT_LOCK, Action.GRANT_EDIT}
    ),
    Role.SUPERVISOR: frozenset(
        _UNIT
        | _OUT
        | {
            Action.CHART_PLACE,
            Action.DETAIL_EDIT,
            Action.PLAN_IMPORT,
            Action.PROGRAMME_ADOPT,
            Action.ADJUSTMENT_PROPOSE,
            Action.ADJUSTMENT_DECIDE,
            Action.REPORT_ACCEPT,
            Action.UNLOCK_APPROVE,
            Action.PERIOD_EDIT,
            Action.LIGHT_OVERRIDE,
            Action.RULE_TEST,
            Action.OBSERVER_APPOINT,
            Action.OBSERVER_READ,
            Action.REMARK_TRIAGE,
            Action.SEALED_READ,
            Action.SEALED_RELEASE,
            Action.NOTE_READ,
            Action.NOTE_WRITE,
            Action.PHOTO_ORIGINAL,
            Action.PHOTO_REDACT,
            Action.VISIT_PLAN,
            Action.RECTIFICATION_ISSUE,
            Action.RECTIFICATION_CLEAR,
            Action.RECTIFICATION_REOPEN,
            Action.RECTIFICATION_REMIND,
            Action.EXTENSION_DECIDE,
            Action.RECHECK_DO,
            Action.TEMPLATE_EDIT,
            Action.SITE_EDIT,
        }
    ),
    Role.LEADER: frozenset(_UNIT | {Action.INSTRUCTION_GIVE, Action.CHART_PLACE}),
    Role.REPORTER: frozenset(
        _UNIT
        | {
            Action.REPORT_UPLOAD,
            Action.REPORT_SUBMIT,
            Action.UNLOCK_REQUEST,
            Action.ADJUSTMENT_PROPOSE,
            Action.INSTRUCTION_ANSWER,
            Action.RECTIFICATION_RECEIVE,
            Action.RECTIFICATION_DISPUTE,
            Action.RECTIFICATION_PROPOSE,
            Action.EXTENSION_ASK,
            Action.REPLY_PROPOSE,
        }
    ),
    Role.REVIEWER: frozenset(
        _UNIT
        | {
            Action.REPORT_CONFIRM,
            Action.UNLOCK_REQUEST,
            Action.INSTRUCTION_ANSWER,
            Action.RECTIFICATION_RECEIVE,
            Action.RECTIFICATION_DISPUTE,
            Action.REPLY_PROPOSE,
        }
    ),
    Role.OBSERVER: frozenset({Action.PROJECT_READ, Action.REMARK_WRITE}),
    Role.AUDITOR: frozenset(
        _UNIT
        | _OUT
        | {
            Action.ACCOUNT_READ,
            Action.AUDIT_READ,
            Action.OBSERVER_READ,
            Action.SEALED_READ,
            Action.NOTE_READ,
            Action.PHOTO_ORIGINAL,
        }
    ),
}
LEAD_ONLY = frozenset(
    {
        Action.REPORT_UPLOAD,
        Action.REPORT_SUBMIT,
        Action.REPORT_CONFIRM,
        Action.UNLOCK_REQUEST,
        Action.ADJUSTMENT_PROPOSE,
        Action.INSTRUCTION_ANSWER,
        Action.RECTIFICATION_RECEIVE,
        Action.RECTIFICATION_DISPUTE,
        Action.RECTIFICATION_PROPOSE,
        Action.EXTENSION_ASK,
        Action.REPLY_PROPOSE,
    }
)
"""What an agency's scope opens for the projects it leads only; supporting units read."""
SEPARATE = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})
"""三员分立 (GB/T 22239 8.1.4.2d): one account holds at most one of these, and then nothing else."""
UNSCOPED = frozenset({Role.ADMIN, Role.SECURITY})
"""Roles whose work knows no place: a scope may be left out."""
