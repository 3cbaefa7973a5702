"""Sixteen 32-bit numbers at a time, written out for the compiler.

Numba vectorises few loops: it may not reorder floating point, and cannot know that arrays do not overlap. A
value of the type `Lanes` holds sixteen integers or single-precision numbers, on each of which an operation
does the same; each is rounded by itself, and nothing is contracted. So the result is the same on every
processor, however wide its registers. Integers wrap around.

Nothing tests that positions lie inside arrays: callers leave room for `LANES` elements.
"""

import operator
from collections.abc import Callable
from inspect import Parameter, Signature, signature
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


def emitted(kind_of: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Make a compiled function of one that emits its code; `kind_of` gives its type from its arguments'."""
    names = ("context", *signature(kind_of).parameters)

    def decorate(emit: Callable[..., Any]) -> Any:
        def typing(context: Any, *kinds: Any) -> Any:
            found = kind_of(*kinds)
            return found, lambda context, builder, sig, args: emit(context, builder, found.args, *args)

        known: Any = typing
        known.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])
        return intrinsic(known)

    return decorate


def _compare(builder: Any, kind: Lanes, sign: str, one: Any, other: Any) -> Any:
    compare = builder.fcmp_ordered if kind.element == types.float32 else builder.icmp_signed
    return compare(sign, one, other)


def _element_loaded(array: Any) -> Any:
    return array.dtype if array.dtype.bitwidth == 32 else types.int32


@emitted(lambda array, at: Lanes(_element_loaded(array))(array, types.intp))
def load(context: Any, builder: Any, kinds: Any, array: Any, at: Any) -> Any:
    """`load(array, at)`: the sixteen elements from `at` on; those of 8 bits become 32-bit integers."""
    element = kinds[0].dtype
    vector = builder.load(_pointer(context, builder, kinds[0], array, at))
    vector.align = element.bitwidth // 8
    if element.bitwidth == 32:
        return vector
    return (builder.sext if element.signed else builder.zext)(vector, SHUFFLE)


@emitted(lambda array, at: Lanes(types.int64)(array, types.intp))
def load_wide(context: Any, builder: Any, kinds: Any, array: Any, at: Any) -> Any:
    """`load_wide(array, at)`: elements of 32 bits as integers of 64."""
    vector = builder.load(_pointer(context, builder, kinds[0], array, at))
    vector.align = 4
    return builder.sext(vector, ir.VectorType(ir.IntType(64), LANES))


@emitted(lambda array, at, lanes: types.void(array, types.intp, lanes))
def store(context: Any, builder: Any, kinds: Any, array: Any, at: Any, lanes: Any) -> Any:
    """`store(array, at, lanes)`: put them there."""
    builder.store(lanes, _pointer(context, builder, kinds[0], array, at)).align = 4
    return context.get_dummy_value()


def _extreme(sign: str) -> Any:
    @emitted(lambda lanes, limit: lanes(lanes, limit))
    def extreme(context: Any, builder: Any, kinds: Any, value: Any, limit: Any) -> Any:
        if not isinstance(kinds[1], Lanes):
            limit = _spread(context, builder, kinds[1], limit, kinds[0].element)
        return builder.select(_compare(builder, kinds[0], sign, value, limit), value, limit)

    return extreme


least: Any = _extreme("<")
"""`least(lanes, limit)`: the lesser of each and the limit, a number or lanes."""
most: Any = _extreme(">")
"""`most(lanes, limit)`: the greater of each and the limit."""


@emitted(lambda lanes, limit: types.int64(lanes, types.int64))
def bits_at_least(context: Any, builder: Any, kinds: Any, lanes: Any, limit: Any) -> Any:
    """`bits_at_least(lanes, limit)`: bit k says whether lane k is the limit or more."""
    limits = _spread(context, builder, types.int64, limit, types.int32)
    found = builder.bitcast(builder.icmp_signed(">=", lanes, limits), ir.IntType(LANES))
    return builder.zext(found, ir.IntType(64))


@emitted(lambda lanes: lanes(lanes))
def twice(context: Any, builder: Any, kinds: Any, lanes: Any) -> Any:
    """`twice(lanes)`: each of the first eight twice."""
    return builder.shuffle_vector(lanes, lanes, ir.Constant(SHUFFLE, [k // 2 for k in range(LANES)]))


@emitted(lambda lanes: Lanes(types.float32)(lanes))
def as_float(context: Any, builder: Any, kinds: Any, lanes: Any) -> Any:
    """`as_float(lanes)`: integers as numbers of single precision, rounded."""
    return builder.sitofp(lanes, ir.VectorType(ir.FloatType(), LANES))


@emitted(lambda lanes: Lanes(types.int32)(lanes))
def as_int(context: Any, builder: Any, kinds: Any, lanes: Any) -> Any:
    """`as_int(lanes)`: numbers cut to integers."""
    return builder.fptosi(lanes, SHUFFLE)


@emitted(lambda test, one, other: one(test, one, one))
def chosen(context: Any, builder: Any, kinds: Any, test: Any, one: Any, other: Any) -> Any:
    """`chosen(test, one, other)`: lanes of `one` where `test` is not 0, else of `other`."""
    return builder.select(builder.icmp_signed("!=", test, ir.Constant(test.type, [0] * LANES)), one, other)


@emitted(lambda one, other: Lanes(types.int32)(one, one))
def at_most(context: Any, builder: Any, kinds: Any, one: Any, other: Any) -> Any:
    """`at_most(one, other)`: -1 where one is the other or less, 0 elsewhere."""
    return builder.sext(_compare(builder, kinds[0], "<=", one, other), SHUFFLE)


@emitted(lambda count: Lanes(types.int32)(types.int64))
def first_lanes(context: Any, builder: Any, kinds: Any, count: Any) -> Any:
    """`first_lanes(count)`: -1 in so many lanes, 0 in the others."""
    counts = _spread(context, builder, types.int64, count, types.int32)
    return builder.sext(builder.icmp_signed("<", ir.Constant(SHUFFLE, list(range(LANES))), counts), SHUFFLE)


@emitted(lambda array, places: Lanes(array.dtype)(array, places))
def gather(context: Any, builder: Any, kinds: Any, array: Any, places: Any) -> Any:
    """`gather(array, places)`: the elements at these places."""
    data = context.make_array(kinds[0])(context, builder, array).data
    found = ir.Constant(ir.VectorType(data.type.pointee, LANES), ir.Undefined)
    for lane in range(LANES):
        number = ir.Constant(ir.IntType(32), lane)
        place = builder.sext(builder.extract_element(places, number), ir.IntType(64))
        found = builder.insert_element(found, builder.load(builder.gep(data, [place])), number)
    return found


@emitted(lambda lanes: types.int64(lanes))
def sum_of(context: Any, builder: Any, kinds: Any, lanes: Any) -> Any:
    """`sum_of(lanes)`: of integers."""
    kind = ir.FunctionType(ir.IntType(32), [SHUFFLE])
    function = builder.module.declare_intrinsic(f"llvm.vector.reduce.add.v{LANES}i32", fnty=kind)
    return builder.sext(builder.call(function, [lanes]), ir.IntType(64))


@emitted(lambda value: types.int64(types.int64))
def count_ones(context: Any, builder: Any, kinds: Any, value: Any) -> Any:
    """`count_ones(value)`: of 64 bits."""
    return builder.ctpop(value)


@emitted(lambda value: types.int64(types.int64))
def trailing_zeros(context: Any, builder: Any, kinds: Any, value: Any) -> Any:
    """`trailing_zeros(value)`: of a 64-bit integer other than 0."""
    return builder.cttz(value, ir.Constant(ir.IntType(1), 1))
