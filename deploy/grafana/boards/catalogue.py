"""The dashboards that there are, and the files that they become."""

from deploy.grafana.boards.attribution import ATTRIBUTION
from deploy.grafana.boards.funnel import FUNNEL
from deploy.grafana.boards.layout import Board, dashboard
from deploy.grafana.boards.pipeline import PIPELINE
from deploy.grafana.boards.senders import SENDERS
from grafana_foundation_sdk.cog.encoder import JSONEncoder

BOARDS: tuple[Board, ...] = (FUNNEL, ATTRIBUTION, PIPELINE, SENDERS)


def files() -> dict[str, str]:
    """Each dashboard as indented JSON, by the name of its file."""
    encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
    return {f"{board.uid}.json": f"{encoder.encode(dashboard(board).build())}\n" for board in BOARDS}
