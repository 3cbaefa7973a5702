"""Eight IEEE doubles at a time, written out for the compiler.

Numba may not reorder floating point, so it leaves sums and short loops scalar. Here each of the eight lanes
does its own multiplications and additions, each rounded by itself (nothing is contracted), and the order in
which the lanes of a sum are added is fixed: the result is the same on every processor, however wide its
registers.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 8
INDEX = ir.IntType(64)
VECTOR = ir.VectorType(ir.DoubleType(), LANES)


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


def _scaled_sum(context: Any, target: Any, at: Any, gain: Any, factor: Any, source: Any, start: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, old = _load(context, builder, signature.args[0], *arguments[:2])
        _, added = _load(context, builder, signature.args[4], *arguments[4:])
        kept = builder.fmul(_spread(builder, arguments[2]), old)
        new = builder.fadd(kept, builder.fmul(_spread(builder, arguments[3]), added))
        builder.store(new, pointer).align = 8
        return context.get_dummy_value()

    number = types.float64
    return types.void(target, types.intp, number, number, source, types.intp), generate


scaled_sum: Any = intrinsic(_scaled_sum)
"""`scaled_sum(target, at, gain, factor, source, start)`: target = gain * target + factor * source, eight."""


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
