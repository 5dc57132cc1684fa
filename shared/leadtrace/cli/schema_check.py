"""What `leadtrace doctor` says of migrations: too few, too many, or not for this user to see."""

from sqlalchemy.exc import DBAPIError

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.store.migrate import ROOMS, NewerSchemaError, pending

_CHECK = "schema"


async def check_schema(url: str) -> Finding:
    """Whether the schemas are those that this version of leadtrace works with."""
    try:
        waiting = {name: files for name, files in (await pending(url, ROOMS)).items() if files}
    except NewerSchemaError as error:
        remedy = "run the newer leadtrace, or restore the backup from before it: docs/backup.md"
        return Finding(_CHECK, Verdict.BAD, str(error), remedy)
    except DBAPIError as error:
        detail = str(error.orig).splitlines()[0].rpartition(": ")[2]
        return Finding(_CHECK, Verdict.BAD, detail, "let postgres.url name the owner of the database")
    if waiting:
        detail = ", ".join(f"{name}: {len(files)} to apply" for name, files in waiting.items())
        return Finding(_CHECK, Verdict.BAD, detail, "run `leadtrace migrate`")
    return Finding(_CHECK, Verdict.GOOD, "up to date")
