"""Eight IEEE doubles at a time, written out for the compiler.

Numba may not reorder floating point, so it leaves sums and short loops scalar. Here each of the eight lanes
does its own multiplications and additions, each rounded by itself (nothing is contracted), and the order in
which the lanes of a sum are added is fixed: the result is the same on every processor, however wide its
registers.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 8
FOUR = 4
UNIFORM: Any = types.UniTuple  # untyped
INDEX = ir.IntType(64)
VECTOR = ir.VectorType(ir.DoubleType(), LANES)


def aligned(*shape: int) -> NDArray[np.float64]:
    """Make an array of zeros that begins where eight doubles fit a line of the processor's cache."""
    room = np.zeros(int(np.prod(shape)) + LANES)
    first = -room.ctypes.data // room.itemsize % LANES
    return room[first : first + room.size - LANES].reshape(shape)


def _lane_indices(lanes: list[int]) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)


def _load(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> tuple[Any, Any]:
    data = context.make_array(kind)(context, builder, array).data
    pointer = builder.bitcast(builder.gep(data, [at]), VECTOR.as_pointer())
    vector = builder.load(pointer)
    vector.align = 8
    return pointer, vector


def _spread(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, _lane_indices([0] * LANES))


def _add_scaled(context: Any, target: Any, at: Any, factor: Any, source: Any, start: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, old = _load(context, builder, signature.args[0], *arguments[:2])
        _, added = _load(context, builder, signature.args[3], *arguments[3:])
        new = builder.fadd(old, builder.fmul(_spread(builder, arguments[2]), added))
        builder.store(new, pointer).align = 8
        return context.get_dummy_value()

    return types.void(target, types.intp, types.float64, source, types.intp), generate


add_scaled: Any = intrinsic(_add_scaled)
"""`add_scaled(target, at, factor, source, start)`: eight numbers become target + factor * source."""


def _add_four(context: Any, target: Any, at: Any, factors: Any, sources: Any, starts: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, total = _load(context, builder, signature.args[0], *arguments[:2])
        for k in range(FOUR):
            factor, source, start = (builder.extract_value(each, k) for each in arguments[2:])
            _, added = _load(context, builder, signature.args[3][k], source, start)
            total = builder.fadd(total, builder.fmul(_spread(builder, factor), added))
        builder.store(total, pointer).align = 8
        return context.get_dummy_value()

    given = UNIFORM(types.float64, FOUR), sources, UNIFORM(types.intp, FOUR)
    return types.void(target, types.intp, *given), generate


add_four: Any = intrinsic(_add_four)
"""`add_four(target, at, factors, sources, starts)`: `add_scaled` four times, one after the other."""


def _dot(context: Any, first: Any, at: Any, second: Any, start: Any, blocks: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before = builder.block
        loop, end = builder.append_basic_block("dot"), builder.append_basic_block("dot_end")
        builder.branch(loop)
        builder.position_at_end(loop)
        block, total = builder.phi(INDEX), builder.phi(VECTOR)
        block.add_incoming(ir.Constant(INDEX, 0), before)
        total.add_incoming(ir.Constant(VECTOR, [0.0] * LANES), before)
        shift = builder.mul(block, ir.Constant(INDEX, LANES))
        _, one = _load(context, builder, signature.args[0], arguments[0], builder.add(arguments[1], shift))
        _, two = _load(context, builder, signature.args[2], arguments[2], builder.add(arguments[3], shift))
        summed = builder.fadd(total, builder.fmul(one, two))
        following = builder.add(block, ir.Constant(INDEX, 1))
        block.add_incoming(following, loop)
        total.add_incoming(summed, loop)
        builder.cbranch(builder.icmp_signed("<", following, arguments[4]), loop, end)
        builder.position_at_end(end)
        width = LANES
        while width > 1:
            width //= 2
            undefined = ir.Constant(summed.type, ir.Undefined)
            low = builder.shuffle_vector(summed, undefined, _lane_indices(list(range(width))))
            high = builder.shuffle_vector(summed, undefined, _lane_indices(list(range(width, 2 * width))))
            summed = builder.fadd(low, high)
        return builder.extract_element(summed, ir.Constant(ir.IntType(32), 0))

    return types.float64(first, types.intp, second, types.intp, types.intp), generate


dot: Any = intrinsic(_dot)
"""`dot(first, at, second, start, blocks)`: sum of products over `blocks` (1 or more) times eight numbers.

Lane k sums the products k, k + 8, k + 16, ... in this order; then lanes k and k + 4 are added, k and k + 2,
and the last two.
"""
