"""The wavelets of PyWavelets: its coefficients where it has the same extension, reconstruction everywhere."""

import numpy as np
import pytest
import pywt
from numpy.typing import NDArray
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.filter_bank import bank, usable
from wdr_mcpd.codec.layout import layout
from wdr_mcpd.codec.transform import apply, shared
from wdr_mcpd.errors import InputError, StreamError

FAMILIES = ("haar", "db4", "db20", "sym8", "coif3", "bior1.3", "bior2.2", "bior3.3", "bior6.8", "rbio2.8")


def line(length: int) -> NDArray[np.float32]:
    return np.random.default_rng(length).normal(0, 100, (1, 1, length)).astype(np.float32)


@pytest.mark.parametrize("name", usable())
def test_every_length_is_reconstructed(name: str) -> None:
    for length in range(1, 41):
        original = line(length)
        work = original.copy()
        apply(work, 2, (0, 0, 0), work.shape, False, bank(name))
        apply(work, 2, (0, 0, 0), work.shape, True, bank(name))
        np.testing.assert_allclose(work, original, atol=0.02, err_msg=f"{name} {length}")


@pytest.mark.parametrize("name", usable())
@pytest.mark.parametrize("length", [2, 8, 14, 40])
def test_even_lengths_are_those_of_pywavelets(name: str, length: int) -> None:
    """The periodized ones everywhere, those with symmetric extension away from the ends."""
    filters, work = bank(name), line(length)
    low, high = pywt.dwt(work[0, 0].astype(np.float64), name, mode="periodization")
    inside = slice(None)
    if filters.symmetric:
        inside = slice(filters.reach // 2 + 1, max(length // 2 - filters.reach // 2 - 1, 0))
    apply(work, 2, (0, 0, 0), work.shape, False, filters)
    np.testing.assert_allclose(work[0, 0, : length // 2][inside], low[inside], rtol=1e-4, atol=0.01)
    np.testing.assert_allclose(work[0, 0, length // 2 :][inside], -high[inside], rtol=1e-4, atol=0.01)


@pytest.mark.parametrize("name", ["bior2.2", "bior4.4", "bior6.8", "rbio2.4"])
@pytest.mark.parametrize("length", [2, 3, 8, 9, 64, 101])
def test_symmetric_filters_extend_by_whole_samples(name: str, length: int) -> None:
    filters, wavelet, work = bank(name), pywt.Wavelet(name), line(length)
    assert filters.symmetric
    half = (length + 1) // 2
    extended = np.pad(work.ravel().astype(np.float64), 24, mode="reflect")
    middle = 24 + wavelet.dec_len // 2
    low = np.convolve(extended, wavelet.dec_lo)[middle : middle + length : 2]
    high = np.convolve(extended, wavelet.dec_hi)[middle : middle + length - 1 : 2]
    apply(work, 2, (0, 0, 0), work.shape, False, filters)
    np.testing.assert_allclose(work[0, 0, :half], low[:half], rtol=1e-4, atol=0.01)
    np.testing.assert_allclose(work[0, 0, half:], -high[: length // 2], rtol=1e-4, atol=0.01)


@pytest.mark.parametrize("name", ["haar", "db4", "bior3.3"])
@pytest.mark.parametrize("length", [1, 3, 9])
def test_the_last_sample_of_an_odd_length_is_passed_on(name: str, length: int) -> None:
    work, original = line(length), line(length)
    apply(work, 2, (0, 0, 0), work.shape, False, bank(name))
    assert work[0, 0, length // 2] == original[0, 0, -1]


def test_the_9_7_of_pywavelets_is_that_of_the_lifting() -> None:
    block = np.random.default_rng(1).normal(0, 100, (5, 33, 40)).astype(np.float32)
    plan = layout(block.shape, "packet", 3, 1)
    lifted = block.copy()
    shared("packet", False, "bior4.4").forward(lifted, plan)
    for axis, shape in plan.steps:
        apply(block, axis, (0, 0, 0), shape, False, bank("bior4.4"))
    np.testing.assert_allclose(block, lifted, atol=0.01)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("decomposition", ["packet", "dyadic"])
@pytest.mark.parametrize("shape", [(5, 21, 18), (1, 1, 7)])
def test_volumes_come_back(name: str, decomposition: str, shape: tuple[int, int, int]) -> None:
    volume = blobs(shape, np.int16, 5)
    data = codec.encode(volume, settings=Settings("wdr", decomposition, 3, "auto", wavelet=name))
    assert codec.info(data)["transform"] == name
    assert np.abs(codec.decode(data).astype(int) - volume).max() <= 2
    assert codec.decode(data[: codec.info(data)["header_bytes"] + 5]).shape == shape
    assert codec.info(codec.reallocate(data, [5]))["transform"] == name


@pytest.mark.parametrize("name", ["dmey", "morl", "CDF 9/7", "", "bior4.5", "haar\n"])
def test_what_cannot_be_used_is_one_line_that_lists_what_can(name: str) -> None:
    with pytest.raises(InputError, match=r"cannot be used; those that can .*bior4\.4.*haar.*sym8") as error:
        codec.encode(blobs((2, 8, 8), np.int16, 1), settings=Settings(wavelet=name))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(wavelet="haar", lossless=True), "haar: lossless coding has the reversible 5/3"),
        (Settings("cc", wavelet="haar"), "haar: coder cc has wavelets of its own"),
    ],
)
def test_where_the_wavelet_is_fixed_another_one_is_refused(settings: Settings, words: str) -> None:
    with pytest.raises(InputError, match=words):
        codec.encode(blobs((2, 8, 8), np.int16, 1), settings=settings)


def test_a_stream_with_a_wavelet_that_is_not_known_is_described_and_not_decoded() -> None:
    from test_fields import replaced

    data = codec.encode(blobs((2, 8, 8), np.int16, 1), settings=Settings(wavelet="haar"))
    other = replaced(data, b"haar", b"hazy")
    assert codec.info(other)["transform"] == "hazy"
    with pytest.raises(StreamError, match="cannot be decoded: wavelet 'hazy' cannot be used"):
        codec.decode(other)


def from_the_page(x: NDArray[np.float64], name: str, symmetric: bool) -> NDArray[np.float64]:
    """Transform a line as docs/stream-format.md reads, in double precision, interleaved."""
    wavelet = pywt.Wavelet(name)
    h, g, middle = wavelet.dec_lo, [-tap for tap in wavelet.dec_hi], wavelet.dec_len // 2
    n = len(x) if symmetric else len(x) // 2 * 2

    def at(k: int) -> float:
        if not symmetric:
            return x[k % n]
        k %= 2 * (n - 1)
        return x[min(k, 2 * (n - 1) - k)]

    even = [sum(h[j] * at(k + middle - j) for j in range(len(h))) for k in range(0, n, 2)]
    odd = [sum(g[j] * at(k + middle - 1 - j) for j in range(len(g))) for k in range(1, n, 2)]
    y = np.empty(n)
    y[::2], y[1::2] = even, odd
    return np.append(y, x[n:])


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("length", [2, 3, 4, 7, 20, 33])
def test_a_transform_from_the_page_is_the_same(name: str, length: int) -> None:
    work = line(length)
    expected = from_the_page(work[0, 0].astype(np.float64), name, name in ("bior2.2", "bior6.8", "rbio2.8"))
    apply(work, 2, (0, 0, 0), work.shape, False, bank(name))
    half = (length + 1) // 2
    np.testing.assert_allclose(work[0, 0, :half], expected[::2], rtol=1e-4, atol=0.01)
    np.testing.assert_allclose(work[0, 0, half:], expected[1::2], rtol=1e-4, atol=0.01)
