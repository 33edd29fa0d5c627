"""Chooses the bus from the settings; only the chosen implementation is imported."""

from shared.bus import Bus
from shared.settings import BusKind, BusSettings


def open_bus(settings: BusSettings) -> Bus:
    """Return the configured bus. Connects on first use, so a service starts while the bus is away."""
    if settings.kind is BusKind.KAFKA:
        from shared.bus.kafka import KafkaBus

        return KafkaBus(
            settings.kafka_bootstrap_servers,
            partitions=settings.partitions,
            replication_factor=settings.kafka_replication_factor,
        )
    from shared.bus.embedded import EmbeddedBus

    return EmbeddedBus(settings.database_url.get_secret_value(), partitions=settings.partitions)
