# mypy: ignore-errors
"""The same sheet through django-import-export, with its fastest settings for upserts.

Run by `benchmarks.import_peer` in an environment of its own: `python peer_django.py sheet url`.
It reads the file once, does the dry run and the import, and prints the seconds of all three: by
the clock, and of its processor.
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


def _database(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path}
    host = dict(pair.split("=") for pair in parts.query.split("&") if pair).get("host", "")
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "postgres", "HOST": host.replace("%2F", "/") or parts.hostname,
    }  # fmt: skip


def _resource() -> tuple[Any, Any]:
    from django.db import connection, models
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader

    columns = {name: models.TextField(blank=True, default="") for name in _COLUMNS}
    columns |= {
        name: models.DecimalField(max_digits=20, decimal_places=4, null=True) for name in _NUMBERS
    }
    columns["forecast"] = models.DateField(null=True)
    columns["code"] = models.CharField(max_length=40, unique=True)
    meta = type("Meta", (), {"app_label": "peer"})
    model = type("Report", (models.Model,), {**columns, "Meta": meta, "__module__": __name__})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    options = {
        "model": model, "import_id_fields": ["code"], "use_bulk": True, "batch_size": 1000,
        "skip_diff": True, "skip_html_diff": True, "use_transactions": True,
        "instance_loader_class": CachedInstanceLoader, "fields": list(_COLUMNS),
    }  # fmt: skip
    kinds = {name: widgets.DecimalWidget() for name in _NUMBERS}
    kinds["forecast"] = widgets.DateWidget()
    made = {
        name: fields.Field(
            attribute=name, column_name=heading, widget=kinds.get(name, widgets.CharWidget())
        )
        for name, heading in _COLUMNS.items()
    }
    resource = type("Peer", (resources.ModelResource,), {**made, "Meta": type("Meta", (), options)})
    return resource(), model


def main(sheet: str, url: str) -> None:
    """Print the seconds of reading, of the dry run and of the import, in two lines."""
    settings.configure(
        DATABASES={"default": _database(url)}, INSTALLED_APPS=["import_export"], USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )  # fmt: skip
    django.setup()
    import tablib

    resource, model = _resource()
    data = Path(sheet).read_bytes()
    times = [_now()]
    dataset = tablib.Dataset().load(data, format="xlsx")
    for dry_run in (True, False):
        times.append(_now())
        result = resource.import_data(dataset, dry_run=dry_run, raise_errors=True)
        assert not result.has_errors()
    times.append(_now())
    assert model.objects.count() == len(dataset)
    for clock in zip(*times, strict=True):
        sys.stdout.write(" ".join(f"{b - a:.4f}" for a, b in pairwise(clock)) + "\n")


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main(*sys.argv[1:])
