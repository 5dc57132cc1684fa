"""What of the score's quality Prometheus is told: the version in force, by the default horizon and age."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process

_API = (Process.API,)
BAND = Label("band", "the bands of the definitions", values=("cold", "warm", "hot"))

BAND_CONVERSION = MetricDef(
    "leadtrace_scoring_band_conversion_ratio",
    MetricType.GAUGE,
    "ratio",
    "Weighted share of the leads of a band that are won within the horizon; absent while nobody knows.",
    (BAND,),
    processes=_API,
)
BAND_SHARE = MetricDef(
    "leadtrace_scoring_band_share_ratio",
    MetricType.GAUGE,
    "ratio",
    "Share of a band in the leads that were judged within the last 30 days.",
    (BAND,),
    processes=_API,
)
AUC = MetricDef(
    "leadtrace_scoring_auc_ratio",
    MetricType.GAUGE,
    "ratio",
    "Chance that a lead that was won had more points than one that was not; 0.5 is a coin.",
    processes=_API,
)
BRIER = MetricDef(
    "leadtrace_scoring_brier_ratio",
    MetricType.GAUGE,
    "ratio",
    "Mean square distance of the calibrated score from what came true, out of fold; lower is better.",
    processes=_API,
)
DRIFT = MetricDef(
    "leadtrace_scoring_drift_ratio",
    MetricType.GAUGE,
    "ratio",
    "Population stability index of the points of the last 30 days against the 30 before.",
    processes=_API,
)
INFLATION = MetricDef(
    "leadtrace_scoring_inflation_ratio",
    MetricType.GAUGE,
    "ratio",
    "1 when hot stops converting: no better than warm, or more of it that is won less; 0 when not.",
    processes=_API,
)
TIMESTAMP = MetricDef(
    "leadtrace_scoring_quality_timestamp_seconds",
    MetricType.GAUGE,
    "seconds",
    "When the quality of the score was computed, as seconds since the epoch; 0 when it never was.",
    processes=_API,
)
