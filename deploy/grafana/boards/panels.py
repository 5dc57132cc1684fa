"""What is said of a panel, and the panel of Grafana that it becomes.

Every panel says in words what its number is, has a unit, and names the page or runbook to read on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from deploy.grafana.boards.limits import Limit, thresholds
from deploy.grafana.boards.queries import POSTGRES, PROMETHEUS, Metric, Sql, target
from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueTextMode,
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

# Units as Grafana names them. Money is a plain number: its currency stands beside it.
SECONDS, BYTES, RATIO, PER_SECOND = "s", "bytes", "percentunit", "cps"
NUMBER, MOMENT, WORDS = "locale", "dateTimeAsIso", "string"
LEADS, OFFERS, ITEMS, RECORDS = "suffix: leads", "suffix: offers", "suffix: items", "suffix: records"
DEALS, ROWS, CONNECTIONS = "suffix: deals", "suffix: rows", "suffix: connections"


class Kind(Enum):
    """How numbers are drawn."""

    STAT = "the newest number, large"
    BARS = "a bar for each of the newest numbers"
    LINES = "numbers over time"
    STACK = "numbers over time, one upon the other"
    COLUMNS = "numbers of days, weeks or months as columns"
    TABLE = "rows"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table is called, and its unit; `source` is its name in the answer."""

    source: str
    name: str
    unit: str = NUMBER
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of a dashboard: `says` explains its number, `page` is where to read on."""

    title: str
    says: str
    kind: Kind
    asks: tuple[Metric | Sql, ...]
    unit: str
    page: str
    width: int = 8
    height: int = 8
    limit: Limit | None = None
    decimals: int | None = None
    columns: tuple[Column, ...] = field(default=())

    @property
    def description(self) -> str:
        """What somebody reads who points at the panel."""
        red = f" {self.limit.sentence}" if self.limit is not None else ""
        return f"{self.says}{red} More: {self.page}."


def built(panel: Panel) -> Any:
    """The builder of Grafana's panel; its place in the grid is still to be set."""
    made = _MAKERS[panel.kind]()
    source = POSTGRES if isinstance(panel.asks[0], Sql) else PROMETHEUS
    made.title(panel.title).description(panel.description).datasource(source).unit(panel.unit)
    made.thresholds(thresholds(panel.limit))
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    for place, asked in enumerate(panel.asks):
        made.with_target(target(asked, place))
    if panel.kind is Kind.LINES and panel.limit is not None:
        line = GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        made.thresholds_style(line)
    if panel.kind is Kind.TABLE:
        _name_columns(made, panel)
    return made


def _name_columns(made: Any, panel: Panel) -> None:
    if len(panel.asks) > 1:
        made.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    names = {one.source: one.name for one in panel.columns if not one.hidden}
    made.with_transformation(
        DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": {one.source: True for one in panel.columns if one.hidden},
                "indexByName": {one.source: place for place, one in enumerate(panel.columns)},
                "renameByName": names,
            },
        )
    )
    for one in panel.columns:
        if not one.hidden:
            made.override_by_name(one.name, [DynamicConfigValue(id_val="unit", value=one.unit)])


def _newest() -> ReduceDataOptions:
    return ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _stat() -> stat.Panel:
    made = stat.Panel().reduce_options(_newest()).color_mode(BigValueColorMode.VALUE)
    return made.text_mode(BigValueTextMode.AUTO)


def _bars() -> bargauge.Panel:
    return bargauge.Panel().reduce_options(_newest()).orientation(VizOrientation.HORIZONTAL).min(0)


def _lines() -> timeseries.Panel:
    legend = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    tooltip = VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    return timeseries.Panel().legend(legend.show_legend(True)).tooltip(tooltip).line_width(1).fill_opacity(0)


def _stack() -> timeseries.Panel:
    return _lines().stacking(StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)


def _columns() -> timeseries.Panel:
    return _stack().draw_style(GraphDrawStyle.BARS).fill_opacity(80)


_MAKERS: dict[Kind, Callable[[], Any]] = {
    Kind.STAT: _stat,
    Kind.BARS: _bars,
    Kind.LINES: _lines,
    Kind.STACK: _stack,
    Kind.COLUMNS: _columns,
    Kind.TABLE: table.Panel,
}
