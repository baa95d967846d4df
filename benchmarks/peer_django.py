# mypy: ignore-errors
"""The same sheet through django-import-export, with its fastest settings for upserts.

Run by `benchmarks.import_peer` in an environment of its own: `python peer_django.py sheet url how`.
`bare` reads the file once, does the dry run and the import, with no checks and no log. `admin` does
what its pages for the back office do, and the work that the same import asks for here: the file is
read again once the dry run was confirmed, each row looks up its project, each instance is checked
(full_clean), and the log of the back office gets its entries. It prints the seconds of reading, of
the dry run and of the import: by the clock, and of its processor.
"""

import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

_COLUMNS = {
    "code": "项目编号", "name": "项目名称", "quantity": "累计完成数量(公里)",
    "monthly": "本月完成数量(公里)", "pct": "完成进度", "progress": "形象进度",
    "invested": "累计完成投资(万元)", "paid": "累计支付资金(万元)", "on_schedule": "是否达序",
    "problem": "存在问题", "cause": "滞后原因", "measure": "整改措施", "forecast": "预计完成时间",
    "note": "备注",
}  # fmt: skip
_NUMBERS = {"quantity", "pct", "invested"}
_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin"]


def _database(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path}
    host = dict(pair.split("=") for pair in parts.query.split("&") if pair).get("host", "")
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "postgres", "HOST": host.replace("%2F", "/") or parts.hostname,
    }  # fmt: skip


def _models(checked: bool) -> tuple[Any, Any]:
    """Make the tables of reports and, where rows look theirs up, of projects."""
    from django.db import connection, models

    columns = {name: models.TextField(blank=True, default="") for name in _COLUMNS}
    columns |= {
        name: models.DecimalField(max_digits=20, decimal_places=4, null=True) for name in _NUMBERS
    }
    columns["forecast"] = models.DateField(null=True)
    columns["code"] = models.CharField(max_length=40, unique=True)
    shared = {"Meta": type("Meta", (), {"app_label": "peer"}), "__module__": __name__}
    made = {"code": models.CharField(max_length=40, unique=True), **shared}
    project = type("Project", (models.Model,), made)
    if checked:
        columns["project"] = models.ForeignKey(project, models.PROTECT)
    report = type("Report", (models.Model,), {**columns, **shared})
    with connection.schema_editor() as editor:
        editor.create_model(project)
        editor.create_model(report)
    return project, report


def _resource(project: Any, report: Any, checked: bool) -> Any:
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader

    names = [*_COLUMNS, *(["project"] if checked else [])]
    options = {
        "model": report, "import_id_fields": ["code"], "use_bulk": True, "batch_size": 1000,
        "skip_diff": True, "skip_html_diff": True, "skip_unchanged": True, "fields": names,
        "use_transactions": True, "instance_loader_class": CachedInstanceLoader,
        "clean_model_instances": checked,
    }  # fmt: skip
    kinds = {name: widgets.DecimalWidget() for name in _NUMBERS}
    kinds["forecast"] = widgets.DateWidget()
    made = {
        name: fields.Field(
            attribute=name, column_name=heading, widget=kinds.get(name, widgets.CharWidget())
        )
        for name, heading in _COLUMNS.items()
    }
    if checked:
        by_code = widgets.ForeignKeyWidget(project, "code")
        made["project"] = fields.Field("project", _COLUMNS["code"], by_code)
    options = type("Meta", (), options)
    return type("Peer", (resources.ModelResource,), {**made, "Meta": options})()


def _log(report: Any, result: Any) -> None:
    """Write the log of the back office, as its pages do it."""
    from django.contrib.admin.models import ADDITION, LogEntry

    rows = [row.instance for row in result]
    LogEntry.objects.log_actions(1, rows, ADDITION, change_message="new through import_export")
    assert LogEntry.objects.count() == report.objects.count()


def _start(url: str, checked: bool) -> None:
    settings.configure(
        DATABASES={"default": _database(url)}, USE_TZ=True,
        INSTALLED_APPS=["import_export", *(_APPS if checked else [])],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )  # fmt: skip
    django.setup()
    if checked:
        from django.contrib.auth.models import User
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        User.objects.create_superuser("reporter", "", "x")


def main(sheet: str, url: str, how: str = "bare") -> None:
    """Print the seconds of reading, of the dry run and of the import, in two lines."""
    checked = how == "admin"
    _start(url, checked)
    import tablib

    project, report = _models(checked)
    resource = _resource(project, report, checked)
    data = Path(sheet).read_bytes()
    codes = tablib.Dataset().load(data, format="xlsx")[_COLUMNS["code"]]
    project.objects.bulk_create([project(code=code) for code in codes])
    times = [_now()]
    dataset = tablib.Dataset().load(data, format="xlsx")
    for dry_run in (True, False):
        times.append(_now())
        if checked and not dry_run:
            dataset = tablib.Dataset().load(data, format="xlsx")
        result = resource.import_data(
            dataset, dry_run=dry_run, raise_errors=True, retain_instance_in_row_result=checked
        )
        assert not result.has_errors()
        assert not result.has_validation_errors()
    if checked:
        _log(report, result)
    times.append(_now())
    assert report.objects.count() == len(dataset)
    for clock in zip(*times, strict=True):
        sys.stdout.write(" ".join(f"{b - a:.4f}" for a, b in pairwise(clock)) + "\n")


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main(*sys.argv[1:])
