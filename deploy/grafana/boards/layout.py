"""A dashboard: its variables, its rows of panels, and where each stands in Grafana's grid of 24 columns."""

from dataclasses import dataclass

from deploy.grafana.boards.panels import Panel, built
from deploy.grafana.boards.queries import POSTGRES, PROMETHEUS
from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    VariableHide,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

GRID = 24
TAG = "leadtrace"


@dataclass(frozen=True, slots=True)
class Group:
    """Panels under one heading, from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard; `range` is how far back it looks at first, `variables` those that it asks with."""

    uid: str
    title: str
    says: str
    groups: tuple[Group, ...]
    range: str
    variables: tuple[str, ...] = ()
    refresh: str = "1m"


def dashboard(board: Board) -> Dashboard:
    """The builder of the whole dashboard."""
    made = Dashboard(board.title).uid(board.uid).description(board.says).tags([TAG]).readonly()
    made.time(board.range, "now").timezone("browser").refresh(board.refresh)
    made.tooltip(DashboardCursorSync.CROSSHAIR)
    made.link(
        DashboardLink("Other dashboards of leadtrace")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .keep_time(True)
    )
    for name in ("prometheus", "postgres", *board.variables):
        made.with_variable(_variable(name))
    _place(made, board.groups)
    return made


def _place(made: Dashboard, groups: tuple[Group, ...]) -> None:
    identity = top = 0
    for group in groups:
        identity += 1
        made.with_row(Row(group.title).id(identity).grid_pos(GridPos(h=1, w=GRID, x=0, y=top)))
        top += 1
        left = height = 0
        for panel in group.panels:
            if left + panel.width > GRID:
                left, top, height = 0, top + height, 0
            identity += 1
            place = GridPos(h=panel.height, w=panel.width, x=left, y=top)
            made.with_panel(built(panel).id(identity).grid_pos(place))
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _variable(name: str) -> Builder[VariableModel]:
    """The variables that there are; each is made where a dashboard names it."""
    if name in {"prometheus", "postgres"}:
        source = PROMETHEUS if name == "prometheus" else POSTGRES
        uid = f"leadtrace-{name}"
        chosen = VariableOption(text=uid, value=uid)
        return DatasourceVariable(name).label(name).type(str(source.type_val)).current(chosen)
    return _ASKED[name]()


def _days() -> CustomVariable:
    options = [VariableOption(text=days, value=days, selected=days == "30") for days in ("30", "90")]
    said = "The last days that gauges are of; both are kept."
    made = CustomVariable("days").label("last days").description(said).values("30,90")
    return made.options(options).current(options[0])


def _currency() -> QueryVariable:
    said = "The currency of reports."
    return _asked_of_prometheus("currency", "leadtrace_spend_amount").label("currency").description(said)


def _sender() -> QueryVariable:
    made = _asked_of_prometheus("sender", "leadtrace_conservation_outcome_items").label("sender")
    every = VariableOption(text="All", value="$__all")
    return made.multi(True).include_all(True).all_value(".*").current(every)


def _asked_of_prometheus(label: str, metric: str) -> QueryVariable:
    made = QueryVariable(label).datasource(PROMETHEUS).query(f"label_values({metric}, {label})")
    return made.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)


def _timezone() -> QueryVariable:
    made = QueryVariable("timezone").datasource(POSTGRES).hide(VariableHide.HIDE_VARIABLE)
    said = "The time zone that days of reports are cut in."
    asked = "select timezone from api.pub_stats_calendar"
    return made.description(said).query(asked).refresh(VariableRefresh.ON_DASHBOARD_LOAD)


_ASKED = {"days": _days, "currency": _currency, "sender": _sender, "timezone": _timezone}
