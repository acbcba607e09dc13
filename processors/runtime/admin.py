"""Topics on the broker: what there is, what there should be, and making it so."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from processors.runtime.faults import Away, Fault
from schemas.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from processors.runtime.settings import Settings
    from schemas.topics import Topic


LOOKS = 50
LOOK_SECONDS = 0.1


class Plan(NamedTuple):
    """What one topic needs. `drift` is `setting: is -> should be`."""

    name: str
    topic: Topic
    partitions: int | None
    wanted: int
    """Partitions, by the settings."""
    replicas: int
    """As many as the topic has; if there is none yet, as many as it shall have."""
    drift: tuple[str, ...]

    @property
    def state(self) -> str:
        """`missing`, `wrong count`, `drifted` or `as planned`."""
        if self.partitions is None:
            return "missing"
        if self.partitions != self.wanted:
            return "wrong count"
        return "drifted" if self.drift else "as planned"


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client. Raises Fault when no broker answers."""
    client = AIOKafkaAdminClient(bootstrap_servers=settings.broker, request_timeout_ms=10_000)
    try:
        await client.start()
    except (KafkaError, OSError) as error:
        await client.close()
        raise unreachable(settings) from error
    try:
        yield client
    except (KafkaError, OSError) as error:
        advice = "See `loyalty broker status`, then try again."
        raise Away(f"the broker at {settings.broker} failed: {error}", advice) from error
    finally:
        await client.close()


def unreachable(settings: Settings) -> Away:
    """No broker answers."""
    return Away(
        f"no broker answers at {settings.broker}",
        "Start one with `loyalty broker start`, or set LOYALTY_BROKER to one that runs.",
    )


async def plan(settings: Settings) -> list[Plan]:
    """Every topic, as it is and as it should be."""
    async with admin(settings) as client:
        return await _plan(client, settings)


async def _plan(client: AIOKafkaAdminClient, settings: Settings) -> list[Plan]:
    names = {settings.names.of(topic.role): topic for topic in TOPICS}
    there = set(await client.list_topics())
    known = [name for name in names if name in there]
    described = await client.describe_topics(known) if known else []
    # A broker that has not heard of a new topic yet says that it has no partitions.
    there_now = {one["topic"]: one["partitions"] for one in described if one["partitions"]}
    settled = await configs(client, known)
    plans: list[Plan] = []
    for name, topic in names.items():
        partitions = there_now.get(name)
        if partitions is None:
            plans.append(Plan(name, topic, None, settings.partitions, settings.replicas, ()))
            continue
        replicas = len(partitions[0]["replicas"])
        drift = _drift(topic.settings(replicas=replicas), settled.get(name, {}))
        plans.append(Plan(name, topic, len(partitions), settings.partitions, replicas, drift))
    return plans


def _drift(wanted: dict[str, str], found: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{key}: {found.get(key)} -> {value}"
        for key, value in sorted(wanted.items())
        if found.get(key) != value
    )


async def configs(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """The settings of topics, as they are in force."""
    if not names:
        return {}
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    responses: list[Any] = await client.describe_configs(wanted)
    for response in responses:
        for resource in response.resources:
            found[resource[3]] = {entry[0]: entry[1] for entry in resource[4]}
    return found


async def apply(settings: Settings) -> list[Plan]:
    """Create what is missing, and set what drifted. Returns what there was to do."""
    async with admin(settings) as client:
        plans = await _plan(client, settings)
        check_counts(plans)
        fresh = [
            NewTopic(
                name=item.name,
                num_partitions=settings.partitions,
                replication_factor=settings.replicas,
                topic_configs=item.topic.settings(replicas=settings.replicas),
            )
            for item in plans
            if item.partitions is None
        ]
        if fresh:
            _settled("create", await client.create_topics(fresh))
        for item in plans:
            if item.drift:
                wanted = item.topic.settings(replicas=item.replicas)
                resource = ConfigResource(ConfigResourceType.TOPIC, item.name, configs=wanted)
                for answer in await client.alter_configs([resource]):
                    _settled("adjust", answer)
        await _seen(client, settings)
        return plans


async def _seen(client: AIOKafkaAdminClient, settings: Settings) -> None:
    """Wait until brokers know what their controller has done, so that what follows finds it."""
    for _ in range(LOOKS):
        if all(item.state == "as planned" for item in await _plan(client, settings)):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _settled(what: str, answer: Any) -> None:
    """The client answers with error codes, and raises nothing. Raises Fault."""
    if hasattr(answer, "topic_errors"):
        rows = [(error[0], error[1], (*error, None)[2]) for error in answer.topic_errors]
    else:
        rows = [(row[3], row[0], row[1]) for row in answer.resources]
    bad = [
        f"{name}: {said or for_code(code).description}"
        for name, code, said in rows
        if code not in {0, TopicAlreadyExistsError.errno}
    ]
    if bad:
        raise Fault(
            f"the broker did not {what}:\n" + "\n".join(bad),
            "Each replica needs a broker of its own: set LOYALTY_REPLICAS to how many brokers run, "
            "at most 3. Otherwise, ask whether this user may administer topics.",
        )


def check_counts(plans: list[Plan]) -> None:
    """Refuse a topic with another partition count. Raises Fault."""
    for item in plans:
        if item.state == "wrong count":
            raise Fault(
                f"{item.name} has {item.partitions} partitions; the settings say {item.wanted}",
                "The count is fixed for life. Set LOYALTY_PARTITIONS to what is there, or choose "
                "another prefix.",
            )


async def check(settings: Settings) -> None:
    """All topics are there with the right count. Raises Fault."""
    plans = await plan(settings)
    missing = [item.name for item in plans if item.partitions is None]
    if missing:
        raise Fault(
            f"topics are missing: {', '.join(missing)}",
            "Create them with `loyalty topics apply`.",
        )
    check_counts(plans)
