"""The families about the SSO service of this machine and the master secret."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from prometheus_client.core import GaugeMetricFamily, Metric

from agent.sso.availability import AddressState, counted
from agent.sso.seen import Condition, Service
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why


def sso(standing: Standing) -> Iterator[Metric]:
    """Of a machine without a part in the SSO system, only what the configuration says of the backup."""
    if standing.why is not Why.NO_PART:
        yield _state(standing.state)
        yield _moment(
            "sso_service_start_timestamp_seconds",
            "When the SSO service of this machine started; while it runs, and that is known.",
            _started(standing.service),
        )
        yield _moment(
            "master_secret_last_contact_timestamp_seconds",
            "When the way from this machine to the master secret was last found open.",
            standing.contact.at if standing.contact else None,
        )
        yield _addresses(standing)
    yield _moment(
        "master_secret_backup_confirmed_timestamp_seconds",
        "The day on which the master secret was confirmed to be backed up, by the configuration: its midnight in UTC.",
        _midnight(standing.backup_confirmed),
    )


def _state(now: SsoState) -> Metric:
    family = GaugeMetricFamily("ssoreach_sso_state", "The state of SSO here: exactly one is 1.", labels=("state",))
    for state in SsoState:
        family.add_metric([str(state)], float(state is now))
    return family


def _addresses(standing: Standing) -> Metric:
    """Nothing where the secret is not asked for: a zero would say that no address answers."""
    family = GaugeMetricFamily(
        "ssoreach_master_secret_addresses",
        "Addresses of the master secret servers, by whether the service can be reached there.",
        labels=("state",),
    )
    if standing.part.masters:
        counts = counted(standing.addresses)
        for state in AddressState:
            family.add_metric([str(state)], counts[state])
    return family


def _moment(name: str, text: str, seconds: float | None) -> Metric:
    return GaugeMetricFamily(f"ssoreach_{name}", text, value=seconds)


def _started(service: Service) -> float | None:
    return service.started if service.condition is Condition.RUNNING else None


def _midnight(day: date | None) -> float | None:
    return None if day is None else datetime.combine(day, time(), UTC).timestamp()
