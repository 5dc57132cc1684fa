"""Makes a package with version files for a test, as a service would ship it."""

import sys
from pathlib import Path

from leadtrace.store.migrate import MigrationRoom
from leadtrace.store.roles import role_of

FIRST = """\
\"\"\"Make the table.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{service}_0001"
down_revision = None


def upgrade() -> None:
    op.create_table("things", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))
    op.execute("create view pub_things as select id from things")
    op.execute("create view pub_stats_things as select count(*) as things from things")
"""
SECOND = """\
\"\"\"Add a column.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{service}_0002"
down_revision = "{service}_0001"


def upgrade() -> None:
    op.add_column("things", sa.Column("size", sa.Integer(), nullable=False, server_default=sa.text("0")))
    {more}
"""


class VersionFiles:
    """A package with version files for one service, on the import path until `forget`."""

    def __init__(self, root: Path, service: str) -> None:
        self.service = service
        self.package = f"rooms_of_{service}_{root.name}".replace("-", "_")
        self._versions = root / self.package / "versions"
        self._versions.mkdir(parents=True)
        (root / self.package / "__init__.py").touch()
        self._root = str(root)
        sys.path.insert(0, self._root)

    @property
    def room(self) -> MigrationRoom:
        """The room that these files belong to."""
        return MigrationRoom(self.service, self.service, role_of(self.service), self.package)

    def add_first(self) -> None:
        """A table and a public view."""
        text = FIRST.format(service=self.service)
        (self._versions / "2026-01-01-0900_make_the_table.py").write_text(text)

    def add_second(self, more: str = "pass") -> None:
        """A column, then `more`."""
        text = SECOND.format(service=self.service, more=more)
        (self._versions / "2026-01-02-0900_add_a_column.py").write_text(text)

    def forget(self) -> None:
        """Take the package off the import path."""
        sys.path.remove(self._root)
        sys.modules.pop(self.package, None)
