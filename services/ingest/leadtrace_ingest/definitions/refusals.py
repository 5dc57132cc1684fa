"""Why something cannot be done with a version of the definitions, and what to do instead."""

from collections.abc import Sequence

from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.admin import RefusedError
from leadtrace.runtime.problem import problem
from leadtrace_ingest.definitions.rows import Shadow
from leadtrace_ingest.definitions.rules import Lack

_HASH_SHOWN = 12


def unusable(error: DefinitionsError) -> RefusedError:
    """The text breaks rules of the lint."""
    findings = [
        {
            "file": one.file,
            "line": one.line,
            "key": one.key or "the file",
            "rule": one.rule,
            "remedy": one.remedy,
        }
        for one in error.problems
    ]
    return RefusedError(
        problem(
            422,
            "definitions_unusable",
            str(error),
            parameter="body",
            remedy="Mend it; `leadtrace definitions lint` says when it is right.",
            findings=findings,
        )
    )


def nobody_named() -> RefusedError:
    """An approval without a person."""
    return RefusedError(
        problem(
            422,
            "person_missing",
            "An approval names the person who says yes.",
            parameter="by",
            remedy="Give the name.",
        )
    )


def unknown_version(version: int) -> RefusedError:
    """There is no such version."""
    return RefusedError(
        problem(
            404,
            "unknown_version",
            f"No version {version} of the definitions is registered.",
            parameter="version",
            remedy="`leadtrace definitions approve FILE` and `shadow FILE` register the version of a file; "
            "`leadtrace definitions history` lists all.",
        )
    )


def number_taken(version: int, known: str, given: str) -> RefusedError:
    """The number belongs to something else."""
    return RefusedError(
        problem(
            409,
            "version_taken",
            f"version: {version} is registered with hash {known[:_HASH_SHOWN]}; this one has "
            f"{given[:_HASH_SHOWN]}, and what a version says never changes.",
            parameter="version",
            remedy="Raise `version`.",
        )
    )


def in_force(version: int) -> RefusedError:
    """The version judges already."""
    return RefusedError(
        problem(
            409,
            "version_in_force",
            f"Version {version} is in force already.",
            parameter="version",
            remedy="`leadtrace definitions history` tells since when.",
        )
    )


def shadow_running(running: Shadow) -> RefusedError:
    """One at a time."""
    return RefusedError(
        problem(
            409,
            "shadow_running",
            f"Version {running.version} is in the shadow since {running.started_at:%Y-%m-%d %H:%M} UTC, put "
            f"there by {running.started_by}; there is room for one.",
            parameter="version",
            remedy=f"Activate it, or end it: `leadtrace definitions shadow {running.version} --end`.",
        )
    )


def not_taken_over(version: int, services: Sequence[str]) -> RefusedError:
    """Services still go from the version before to this one."""
    have = "has" if len(services) == 1 else "have"
    return RefusedError(
        problem(
            409,
            "version_not_taken_over",
            f"{', '.join(services)} {have} not taken over version {version} yet, which was activated last.",
            parameter="version",
            remedy="Wait until every service has; one that is away takes it over once it is started again. "
            "`leadtrace definitions history` tells what was activated when.",
        )
    )


def not_in_the_shadow(version: int) -> RefusedError:
    """There is nothing to end."""
    return RefusedError(
        problem(
            409,
            "not_in_the_shadow",
            f"Version {version} is not in the shadow.",
            parameter="version",
            remedy="`leadtrace definitions history` tells which is.",
        )
    )


def not_ready(version: int, missing: Sequence[Lack]) -> RefusedError:
    """Something is missing before it may take over; nobody can go round it."""
    rules = "; ".join(one.rule for one in missing)
    remedies = "; ".join(dict.fromkeys(one.remedy for one in missing))
    return RefusedError(
        problem(
            409,
            "version_not_ready",
            f"Version {version} cannot take over: {rules}.",
            parameter="version",
            remedy=f"{remedies[0].upper()}{remedies[1:]}.",
            missing=[one._asdict() for one in missing],
        )
    )
