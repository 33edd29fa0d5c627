"""Metrics of scoring."""

from typing import Final

from prometheus_client import Counter, Gauge

SCORES = Counter("assay_scores_total", "Scores given, or not, by product and failure.", ["product", "result"])
SHADOW_SCORES = Counter(
    "assay_shadow_scores_total",
    "Applications that a shadow scored: the same, differently, or not at all.",
    ["product", "result"],
)

_MODEL: Final = ["product", "model", "version"]
MODEL_PSI = Gauge("assay_model_psi", "Population stability index of the score.", _MODEL)
MODEL_PSI_CRITICAL = Gauge(
    "assay_model_psi_critical", "What the index exceeds by chance in one of a hundred samples so large.", _MODEL
)
MODEL_CSI = Gauge("assay_model_csi", "Stability index of a characteristic.", [*_MODEL, "characteristic"])
MODEL_UNSEEN = Gauge(
    "assay_model_unseen_share", "Share of values that were not seen in training.", [*_MODEL, "characteristic"]
)
MODEL_AUC = Gauge("assay_model_auc", "AUC on mature outcomes.", _MODEL)
MODEL_KS = Gauge("assay_model_ks", "Kolmogorov-Smirnov statistic on mature outcomes.", _MODEL)
MODEL_CALIBRATION = Gauge("assay_model_calibration_ratio", "Observed over expected bads.", _MODEL)
MODEL_FAILURES = Gauge("assay_model_failure_share", "Share of the product's applications without a score.", _MODEL)
MODEL_MATURED = Gauge("assay_model_matured_outcomes", "Mature outcomes that performance rests on.", _MODEL)
MODEL_MEASURED_AT = Gauge("assay_model_measured_timestamp_seconds", "When the model was last measured.", _MODEL)
MODEL_LEVEL = Gauge(
    "assay_model_drift_level", "Level of a measure: 0 calm, 1 watch, 2 act.", [*_MODEL, "measure", "subject"]
)
MODEL_GAUGES: Final = (
    MODEL_PSI,
    MODEL_PSI_CRITICAL,
    MODEL_CSI,
    MODEL_UNSEEN,
    MODEL_AUC,
    MODEL_KS,
    MODEL_CALIBRATION,
    MODEL_FAILURES,
    MODEL_MATURED,
    MODEL_MEASURED_AT,
    MODEL_LEVEL,
)
