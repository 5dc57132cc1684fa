"""The manifests are valid, and say nothing that the product does not know."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from leadtrace.runtime.loop_metrics import CONSUMER_LAG
from leadtrace.runtime.settings import ENV_PREFIX
from leadtrace.runtime.settings_groups import Profile
from leadtrace_api import wiring as api
from leadtrace_attribution import wiring as attribution
from leadtrace_scoring import wiring as scoring
from tests.house.checkout import ROOT
from tests.house.deployment import PROCESSES, PROJECT, check_probe, commands_of, process_of, settings_from
from tests.house.test_image import environment as image_environment

FOLDER = ROOT / "deploy" / "k8s"
VERSION = "1.34"
# Kinds of the operators, whose schemas are in no package registry.
OPERATORS = ("kafka.strimzi.io/v1", "postgresql.cnpg.io/v1")
OBJECTS: list[dict[str, Any]] = [
    one for file in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load_all(file.read_text())
]
# What the secrets hold, as far as settings look at it; operators make the first two.
SECRETS = {
    ("leadtrace-db-app", "password"): "not-a-real-password",
    ("leadtrace", "password"): "not-a-real-password",
    ("leadtrace-reader", "password"): "not-a-real-reader-password",
    ("leadtrace-secrets", "master-keys"): '["Rb4H2b0v3o1sYtqkYB3q0m3nWlWg0l3v0C3N5iU0m1E="]',
    ("leadtrace-secrets", "admin-key"): "lt_not-a-real-key-at-all",
    ("leadtrace-secrets", "hubspot-secrets"): '["not-a-real-secret"]',
}


GROUPS = {
    "leadtrace-scoring": scoring.GROUP,
    "leadtrace-attribution": attribution.GROUP,
    "leadtrace-projector": api.GROUP,
}


def named(one: dict[str, Any]) -> str:
    return f"{one['kind']}/{one['metadata']['name']}"


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [one for one in OBJECTS if one["kind"] in kinds]


def containers(workload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pod = workload["spec"]["template"]["spec"]
    yield from (*pod.get("initContainers", ()), *pod["containers"])


WORKLOADS = of_kind("Deployment", "StatefulSet", "Job")
LASTING = of_kind("Deployment", "StatefulSet")
CONTAINERS = [one for workload in WORKLOADS for one in containers(workload)]
SETTINGS: dict[str, str] = of_kind("ConfigMap")[0]["data"]


def environment(container: dict[str, Any]) -> dict[str, str]:
    """The variables as the kubelet makes them: of the image, of the config map, of secrets, and `$(NAME)`."""
    found = {**image_environment(), **SETTINGS}
    for variable in container["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        value = SECRETS[reference["name"], reference["key"]] if reference else variable["value"]
        for name, earlier in list(found.items()):
            value = value.replace(f"$({name})", earlier)
        assert "$(" not in value, variable
        found[variable["name"]] = value
    return found


@pytest.mark.parametrize("one", [o for o in OBJECTS if o["apiVersion"] not in OPERATORS], ids=named)
def test_it_is_valid_by_the_schema_of_kubernetes(one: dict[str, Any]) -> None:
    kubernetes_validate.validate(one, VERSION, strict=True)


@pytest.mark.parametrize("one", OBJECTS, ids=named)
def test_it_lies_in_the_one_namespace(one: dict[str, Any]) -> None:
    assert one["kind"] == "Namespace" or one["metadata"]["namespace"] == "leadtrace"


def test_each_process_has_a_workload_a_service_and_a_disruption_budget() -> None:
    names = sorted(f"leadtrace-{one.name}" for one in PROCESSES)
    for found in (LASTING, of_kind("Service"), of_kind("PodDisruptionBudget")):
        assert sorted(one["metadata"]["name"] for one in found) == names


@pytest.mark.parametrize("workload", LASTING, ids=named)
def test_probes_ask_the_process_that_the_command_starts(workload: dict[str, Any]) -> None:
    (container,) = containers(workload)
    process = process_of(container["command"])
    assert process is not None
    assert workload["metadata"]["name"] == f"leadtrace-{process.name}"
    for probe, path in (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz")):
        asked = container[f"{probe}Probe"]["httpGet"]
        assert asked["path"] == path
        check_probe(f"http://pod:{asked['port']}{asked['path']}", process.port)
    (service,) = [one for one in of_kind("Service") if one["metadata"]["name"] == f"leadtrace-{process.name}"]
    assert service["spec"]["ports"][0]["port"] == container["ports"][0]["containerPort"] == process.port


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda one: one["name"])
def test_command_exists_and_variables_are_settings(container: dict[str, Any]) -> None:
    commands_of(container["command"])
    settings = settings_from(environment(container))
    assert settings.profile is Profile.DISTRIBUTED
    assert settings.kafka.security_protocol == "SASL_SSL"
    assert "sslmode=verify-full" in settings.postgres_url


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda one: one["name"])
def test_secrets_come_by_reference(container: dict[str, Any]) -> None:
    for variable in container["env"]:
        secret = variable["name"].rpartition("__")[2] in {
            "SASL_PASSWORD",
            "READER_PASSWORD",
            "MASTER_KEYS",
            "BOOTSTRAP",
            "SECRETS",
        }
        assert ("valueFrom" in variable) == (secret or not variable["name"].startswith(ENV_PREFIX))
    assert not of_kind("Secret")


@pytest.mark.parametrize("workload", WORKLOADS, ids=named)
def test_pod_may_do_little_and_has_time_to_drain(workload: dict[str, Any]) -> None:
    pod = workload["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] > settings_from({}).installation.drain_deadline_s
    for container in containers(workload):
        assert container["image"] == f"leadtrace:{PROJECT['version']}"
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_files_of_authorities_are_where_the_settings_look() -> None:
    for container in CONTAINERS:
        settings = settings_from(environment(container))
        assert str(settings.kafka.ssl_cafile) == "/etc/leadtrace/kafka-ca.crt"
        assert "sslrootcert=/etc/leadtrace/postgres-ca.crt" in settings.postgres_url
        assert "/etc/leadtrace" in [one["mountPath"] for one in container["volumeMounts"]]


def test_the_spill_is_on_a_volume_of_the_door_s_own() -> None:
    """What is in it was acknowledged, and is nowhere else."""
    (door,) = of_kind("StatefulSet")
    (container,) = containers(door)
    folder = settings_from(environment(container)).door.spill_dir
    (claim,) = door["spec"]["volumeClaimTemplates"]
    mounts = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    assert str(folder).startswith(f"{mounts[claim['metadata']['name']]}/")
    assert door["spec"]["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }


@pytest.mark.parametrize("one", of_kind("HorizontalPodAutoscaler"), ids=named)
def test_scaling_asks_for_a_lag_that_is_told_and_stops_at_the_partitions(one: dict[str, Any]) -> None:
    (metric,) = one["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] == CONSUMER_LAG.name
    workload = one["spec"]["scaleTargetRef"]["name"]
    assert metric["external"]["metric"]["selector"]["matchLabels"] == {"consumer_group": GROUPS[workload]}
    assert "consumer_group" in [label.name for label in CONSUMER_LAG.labels]
    assert one["spec"]["maxReplicas"] <= int(SETTINGS["LEADTRACE_KAFKA__PARTITIONS"])
    assert one["spec"]["scaleTargetRef"]["name"] in [w["metadata"]["name"] for w in LASTING]
