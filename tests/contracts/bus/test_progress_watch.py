"""When a Kafka consumer is taken to be stuck on a partition."""

from shared.bus.kafka.progress import ProgressWatch


def test_a_partition_that_stands_still_behind_its_end_is_reported_after_enough_looks() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=2)
    assert watch.look({"a": 5}, {"a": 9}) == frozenset()
    assert watch.look({"a": 5}, {"a": 10}) == frozenset()
    assert watch.look({"a": 5}, {"a": 11}) == {"a"}


def test_only_the_partition_that_stands_still_is_reported() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=1)
    watch.look({"a": 5, "b": 5}, {"a": 9, "b": 9})
    assert watch.look({"a": 5, "b": 6}, {"a": 9, "b": 9}) == {"a"}


def test_a_partition_that_has_been_read_to_its_end_may_stand_still() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=1)
    assert [watch.look({"a": 9}, {"a": 9}) for _ in range(5)] == [frozenset()] * 5


def test_one_step_forward_starts_the_count_again() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=2)
    watch.look({"a": 5}, {"a": 9})
    watch.look({"a": 5}, {"a": 9})
    watch.look({"a": 6}, {"a": 9})
    assert watch.look({"a": 6}, {"a": 9}) == frozenset()
    assert watch.look({"a": 6}, {"a": 9}) == {"a"}


def test_a_partition_that_was_handed_to_another_member_and_came_back_starts_again() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=1)
    watch.look({"a": 5}, {"a": 9})
    watch.look({}, {})
    assert watch.look({"a": 5}, {"a": 9}) == frozenset()


def test_standing_still_on_purpose_does_not_count() -> None:
    watch: ProgressWatch[str] = ProgressWatch(patience=1)
    watch.look({"a": 5}, {"a": 9})
    watch.forget()
    assert watch.look({"a": 5}, {"a": 9}) == frozenset()
