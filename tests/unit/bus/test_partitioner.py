"""Keys go where Kafka's own clients would send them; the vectors are from Kafka's own tests."""

import pytest

from leadtrace.bus.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_agrees_with_kafkas_test_vectors(data: bytes, expected: int) -> None:
    assert murmur2(data) == expected


@pytest.mark.parametrize(
    ("key", "partitions", "expected"),
    # 1173551340 and 479470107 are the hashes without their sign bit.
    [(b"21", 8, 4), (b"21", 3, 0), (b"abc", 8, 3), (b"abc", 10, 7), (b"abc", 1, 0)],
)
def test_the_partition_is_the_hash_without_its_sign_modulo_the_number(
    key: bytes, partitions: int, expected: int
) -> None:
    assert partition_of(key, partitions) == expected
