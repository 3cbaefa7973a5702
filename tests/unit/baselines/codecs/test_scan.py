import math

import pytest

from wdr_mcpd.baselines.codecs import Control, Scan

CONTROL = Control("error", 1000.0, 1.0, log=True, steady=False)


def two_ways(error: float) -> bytes:
    """A codec that spends a fourth more where the logarithm of its error bound is in an odd tenth."""
    wasted = 1.25 if math.floor(10 * math.log(error)) % 2 else 1.0
    return bytes(round(wasted * 100_000 / error**0.8))


@pytest.mark.parametrize("target", [500, 1234, 5_300, 20_000, 60_000])
def test_the_smallest_error_is_taken_of_the_streams_of_one_size(target: int) -> None:
    reached = Scan(two_ways, CONTROL).reach(target)
    assert reached is not None
    error, stream = reached
    assert two_ways(error) == stream
    assert abs(len(stream) / target - 1) <= 0.01
    errors = [1000 ** (1 - k / 20_000) for k in range(20_001)]
    fits = [bound for bound in errors if abs(len(two_ways(bound)) / target - 1) <= 0.01]
    assert error <= 1.03 * min(fits)
    below = [bound for bound in fits if bound <= 1.02 * min(fits) and len(two_ways(bound)) <= 0.999 * target]
    assert not below or len(stream) <= target


def test_the_range_is_looked_through_once() -> None:
    tried: list[float] = []

    def counted(error: float) -> bytes:
        tried.append(error)
        return two_ways(error)

    scan = Scan(counted, CONTROL)
    scan.reach(5300)
    before = len(tried)
    scan.reach(5300)
    assert before > 250
    assert len(tried) - before == before - 251


@pytest.mark.parametrize("target", [10, 5000, 10**7])
def test_a_target_in_a_jump_or_beyond_the_ends_is_absent(target: int) -> None:
    assert Scan(two_ways, CONTROL).reach(target) is None
