"""Sixteen 32-bit numbers at a time, written out for the compiler.

Numba vectorises few loops: it may not reorder floating point, and cannot know that arrays do not overlap. A
value of the type `Lanes` holds sixteen integers or single-precision numbers, on each of which an operation
does the same; each is rounded by itself, and nothing is contracted. So the result is the same on every
processor, however wide its registers. Integers wrap around.

Nothing tests that positions lie inside arrays: callers leave room for `LANES` elements.
"""

import operator
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core.typing import templates
from numba.extending import intrinsic, models, register_model

TEMPLATES: Any = templates  # untyped
EXTENDING: Any = extending
TYPE: Any = types.Type
MODEL: Any = models.PrimitiveModel
LANES = 16
SHUFFLE = ir.VectorType(ir.IntType(32), LANES)
ARITHMETIC = {
    operator.add: ("add", "fadd"),
    operator.sub: ("sub", "fsub"),
    operator.mul: ("mul", "fmul"),
    operator.and_: ("and_", ""),
    operator.lshift: ("shl", ""),
    operator.rshift: ("ashr", ""),
}


class Lanes(types.Type):
    """Sixteen numbers of type `element`, int32, int64 or float32."""

    def __init__(self, element: Any) -> None:
        self.element = element
        TYPE.__init__(self, f"Lanes({element})")


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lanes) -> None:
        MODEL.__init__(
            self, manager, kind, ir.VectorType(manager.lookup(kind.element).get_value_type(), LANES)
        )


def _box(kind: Any, value: Any, context: Any) -> Any:
    """Give Python nothing: only compiled functions pass lanes on."""
    return context.pyapi.make_none()


EXTENDING.box(Lanes)(_box)


def _operation(given: Any, names: tuple[str, str]) -> None:
    class Template(templates.AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            kinds = [kind for kind in args if isinstance(kind, Lanes)]
            fits = (
                all(isinstance(kind, types.Number) or kind == kinds[0] for kind in args) if kinds else False
            )
            return (
                TEMPLATES.signature(kinds[0], *(kinds[0] if kind in kinds else kind for kind in args))
                if fits
                else None
            )

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = sig.return_type
        first, second = (
            value if isinstance(given, Lanes) else _spread(context, builder, given, value, kind.element)
            for given, value in zip(sig.args, args, strict=True)
        )
        return getattr(builder, names[isinstance(kind.element, types.Float)])(first, second)

    TEMPLATES.infer_global(given)(Template)
    for kinds in ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)):
        EXTENDING.lower_builtin(given, *kinds)(lower)


for _given, _names in ARITHMETIC.items():
    _operation(_given, _names)


def _spread(context: Any, builder: Any, given: Any, value: Any, element: Any) -> Any:
    single = context.cast(builder, value, given, element)
    undefined = ir.Constant(ir.VectorType(single.type, LANES), ir.Undefined)
    first = builder.insert_element(undefined, single, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(SHUFFLE, [0] * LANES))


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    lanes = ir.VectorType(data.type.pointee, LANES)
    return builder.bitcast(builder.gep(data, [at]), lanes.as_pointer())


def _load(context: Any, array: Any, at: Any) -> Any:
    element = array.dtype

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = builder.load(_pointer(context, builder, sig.args[0], *args))
        vector.align = element.bitwidth // 8
        if element.bitwidth == 32:
            return vector
        widen = builder.sext if element.signed else builder.zext
        return widen(vector, ir.VectorType(ir.IntType(32), LANES))

    lanes = Lanes(element if element.bitwidth == 32 else types.int32)
    return lanes(array, types.intp), generate


def _load_wide(context: Any, array: Any, at: Any) -> Any:
    wide = Lanes(types.int64)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = builder.load(_pointer(context, builder, sig.args[0], *args))
        vector.align = 4
        return builder.sext(vector, context.get_value_type(wide))

    return wide(array, types.intp), generate


def _store(context: Any, array: Any, at: Any, lanes: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], *args[:2])
        builder.store(args[2], pointer).align = 4
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


def _extreme(sign: str) -> Any:
    def typing(context: Any, lanes: Any, limit: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            value, end = args
            if not isinstance(limit, Lanes):
                end = _spread(context, builder, limit, end, lanes.element)
            compare = builder.fcmp_ordered if lanes.element == types.float32 else builder.icmp_signed
            return builder.select(compare(sign, value, end), value, end)

        return lanes(lanes, limit), generate

    return intrinsic(typing)


def _bits_at_least(context: Any, lanes: Any, limit: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        limits = _spread(context, builder, types.int64, args[1], types.int32)
        found = builder.icmp_signed(">=", args[0], limits)
        return builder.zext(builder.bitcast(found, ir.IntType(LANES)), ir.IntType(64))

    return types.int64(lanes, types.int64), generate


def _twice(context: Any, lanes: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.shuffle_vector(args[0], args[0], ir.Constant(SHUFFLE, [k // 2 for k in range(LANES)]))

    return lanes(lanes), generate


def _converted(element: Any, name: str) -> Any:
    def typing(context: Any, lanes: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return getattr(builder, name)(args[0], context.get_value_type(sig.return_type))

        return Lanes(element)(lanes), generate

    return intrinsic(typing)


def _chosen(context: Any, test: Any, one: Any, other: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.Constant(args[0].type, [0] * LANES)
        return builder.select(builder.icmp_signed("!=", args[0], zero), args[1], args[2])

    return one(test, one, one), generate


def _at_most(context: Any, one: Any, other: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        compare = builder.fcmp_ordered if one.element == types.float32 else builder.icmp_signed
        return builder.sext(compare("<=", *args), SHUFFLE)

    return Lanes(types.int32)(one, one), generate


def _first_lanes(context: Any, count: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        counts = _spread(context, builder, types.int64, args[0], types.int32)
        inside = builder.icmp_signed("<", ir.Constant(SHUFFLE, list(range(LANES))), counts)
        return builder.sext(inside, SHUFFLE)

    return Lanes(types.int32)(types.int64), generate


def _gather(context: Any, array: Any, places: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(array)(context, builder, args[0]).data
        found = ir.Constant(ir.VectorType(data.type.pointee, LANES), ir.Undefined)
        for lane in range(LANES):
            number = ir.Constant(ir.IntType(32), lane)
            place = builder.sext(builder.extract_element(args[1], number), ir.IntType(64))
            found = builder.insert_element(found, builder.load(builder.gep(data, [place])), number)
        return found

    return Lanes(array.dtype)(array, places), generate


def _sum_of(context: Any, lanes: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        name = f"llvm.vector.reduce.add.v{LANES}i32"
        kind = ir.FunctionType(ir.IntType(32), [args[0].type])
        found = builder.call(builder.module.declare_intrinsic(name, fnty=kind), [args[0]])
        return builder.sext(found, ir.IntType(64))

    return types.int64(lanes), generate


def _count_ones(context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.int64), generate


def _count_trailing_zeros(context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


load: Any = intrinsic(_load)
"""`load(array, at)`: the sixteen elements from `at` on; those of 8 bits become 32-bit integers."""
load_wide: Any = intrinsic(_load_wide)
"""`load_wide(array, at)`: elements of 32 bits as integers of 64."""
store: Any = intrinsic(_store)
"""`store(array, at, lanes)`: put them there."""
least: Any = _extreme("<")
"""`least(lanes, limit)`: the lesser of each and the limit, a number or lanes."""
most: Any = _extreme(">")
"""`most(lanes, limit)`: the greater of each and the limit."""
bits_at_least: Any = intrinsic(_bits_at_least)
"""`bits_at_least(lanes, limit)`: bit k says whether lane k is the limit or more."""
twice: Any = intrinsic(_twice)
"""`twice(lanes)`: each of the first eight twice."""
as_float: Any = _converted(types.float32, "sitofp")
"""`as_float(lanes)`: integers as numbers of single precision, rounded."""
as_int: Any = _converted(types.int32, "fptosi")
"""`as_int(lanes)`: numbers cut to integers."""
at_most: Any = intrinsic(_at_most)
"""`at_most(one, other)`: -1 where one is the other or less, 0 elsewhere."""
chosen: Any = intrinsic(_chosen)
"""`chosen(test, one, other)`: lanes of `one` where `test` is not 0, else of `other`."""
first_lanes: Any = intrinsic(_first_lanes)
"""`first_lanes(count)`: -1 in so many lanes, 0 in the others."""
gather: Any = intrinsic(_gather)
"""`gather(array, places)`: the elements at these places."""
sum_of: Any = intrinsic(_sum_of)
"""`sum_of(lanes)`: of integers."""
count_ones: Any = intrinsic(_count_ones)
"""`count_ones(value)`: of 64 bits."""
trailing_zeros: Any = intrinsic(_count_trailing_zeros)
"""`trailing_zeros(value)`: of a 64-bit integer other than 0."""
