"""The refinement pass: one more bit of what has been found in earlier planes."""

from wdr_mcpd.codec.compiled import compiled, int64
from wdr_mcpd.codec.rangecoder import Channel, State, code_bit, stopped
from wdr_mcpd.codec.wdr.neighbourhood import Scan, note

AGES = 4  # contexts, the first of a scan's models: the first planes after discovery are told apart
REFINED_AT_FIRST = (5, 7)  # sixteenths: the chance that the first and second refinement is 1


@compiled
def refinement_pass(state: State, scan: Scan, channel: Channel, step: int, plane: int) -> tuple[State, int]:
    """Refine all significant coefficients but those found in this plane (Algorithm 1, step 6).

    They are taken in order of discovery, each with the probability of its age. Returns the state and how many
    were refined.
    """
    for found_in in range(step):
        context = min(step - found_in, AGES) - 1
        for f in range(scan.starts[found_in], scan.starts[found_in + 1]):
            value = int64(scan.known[f])
            bit, state = code_bit(state, channel, scan.model, context, (abs(value) >> plane) & 1)
            note(state, scan, channel, plane, int64(f), scan.starts[step + 1])
            if stopped(state, channel):
                return state, int64(f)
            if not channel.encoding:
                scan.known[f] = value + ((bit << plane) if value > 0 else -(bit << plane))
    return state, scan.starts[step]
