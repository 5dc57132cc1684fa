"""What a panel asks: Prometheus by PromQL, PostgreSQL by SQL over the views `pub_stats_…`.

Data sources are variables of the dashboard, so that it loads into any Grafana.
"""

from dataclasses import dataclass

from grafana_foundation_sdk.builders.prometheus import Dataquery as PrometheusQuery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${prometheus}")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${postgres}")

# The days of views are days of reports: their beginning is compared, wherever the browser is.
IN_RANGE = "$__timeFilter(day::timestamp at time zone '${timezone}')"
# Whole months, so that the first one is not cut by the hour at which somebody looks.
IN_MONTHS = (
    "day >= date_trunc('month', $__timeFrom()::timestamptz at time zone '${timezone}')::date "
    "and day <= ($__timeTo()::timestamptz at time zone '${timezone}')::date"
)
MONTH = "to_char(day, 'YYYY-MM')"


@dataclass(frozen=True, slots=True)
class Metric:
    """A question to Prometheus; `now` asks for the newest values only, as a table of labels."""

    expr: str
    legend: str = ""
    now: bool = False


@dataclass(frozen=True, slots=True)
class Sql:
    """A question to PostgreSQL; `over_time` needs a column `time`, first, and draws every other."""

    text: str
    over_time: bool = False


class SqlTarget(Dataquery):
    """What Grafana's own PostgreSQL data source reads of a query; the SDK has no model of it."""

    def __init__(self, asked: Sql, ref_id: str) -> None:
        self._asked = asked
        self._ref_id = ref_id

    def to_json(self) -> dict[str, object]:
        """The query as it stands in a dashboard."""
        return {
            "datasource": POSTGRES,
            "editorMode": "code",
            "format": "time_series" if self._asked.over_time else "table",
            "rawQuery": True,
            "rawSql": self._asked.text,
            "refId": self._ref_id,
        }


class SqlQuery(Builder[Dataquery]):
    """Builds a query of the PostgreSQL data source."""

    def __init__(self, asked: Sql, ref_id: str) -> None:
        self._target = SqlTarget(asked, ref_id)

    def build(self) -> Dataquery:
        """The query."""
        return self._target


def target(asked: Metric | Sql, place: int) -> Builder[Dataquery]:
    """The query of a panel at this place; places are named A, B, C."""
    ref_id = chr(ord("A") + place)
    if isinstance(asked, Sql):
        return SqlQuery(asked, ref_id)
    query = PrometheusQuery().expr(asked.expr).ref_id(ref_id).datasource(PROMETHEUS)
    if asked.now:
        return query.instant().format(PromQueryFormat.TABLE)
    return query.range().format(PromQueryFormat.TIME_SERIES).legend_format(asked.legend or "__auto")
