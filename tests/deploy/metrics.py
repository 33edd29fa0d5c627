"""The metrics that the code registers, by the names that Prometheus stores."""

import importlib
from typing import Final

from prometheus_client.metrics import MetricWrapperBase

from services.migrate import SERVICES

_SUFFIXES: Final = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def registered() -> dict[str, MetricWrapperBase]:
    """Return every metric of ours by its documented name: counters end in `_total`."""
    modules = [importlib.import_module(f"services.{service}.metrics") for service in SERVICES]
    platform = ("shared.metrics", "shared.governance.metrics", "shared.experiments.metrics")
    modules += [importlib.import_module(name) for name in platform]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, MetricWrapperBase)]
    return {_documented(metric): metric for metric in found}


def stored() -> dict[str, set[str]]:
    """Return the labels of every time series name that the metrics give rise to."""
    series = {"up": {"job", "instance"}}
    for metric in registered().values():
        (family,) = metric.describe()
        for suffix in _SUFFIXES[family.type]:
            extra = {"le"} if suffix == "_bucket" else set()
            series[f"{family.name}{suffix}"] = {*metric._labelnames, *extra, "job", "instance"}
    return series


def _documented(metric: MetricWrapperBase) -> str:
    (family,) = metric.describe()
    return f"{family.name}_total" if family.type == "counter" else family.name
