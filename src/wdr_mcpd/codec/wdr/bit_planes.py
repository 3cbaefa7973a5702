"""The loop of Algorithm 1 over thresholds, and the classes in which a plane's coefficients are listed."""

from wdr_mcpd.codec.compiled import compiled, int64
from wdr_mcpd.codec.rangecoder import Channel, State, start, stopped
from wdr_mcpd.codec.wdr.neighbourhood import FOUND, Scan, Tally, double
from wdr_mcpd.codec.wdr.refinement_pass import refinement_pass
from wdr_mcpd.codec.wdr.sorting_pass import ACTIVATED, REST, sorting_pass


@compiled
def code_planes(scan: Scan, size: int, top: int, channel: Channel) -> tuple[State, int, int]:
    """Encode or decode plane after plane until the channel ends (Algorithm 1, steps 2 to 8).

    Returns the coder's state, the last plane, and how many coefficients it refined.
    """
    state = start(channel)
    tally = Tally(int64(0), int64(0), int64(size))
    for step in range(top + 1):
        plane = top - step  # the threshold is 2^plane
        before = tally.found
        scan.cut[1] = 0
        double(scan.energy)
        _list_by_class(scan)
        tally = Tally(before, int64(0), tally.rest)
        for order in range(ACTIVATED + 1):
            kind = int64(ACTIVATED if order == ACTIVATED else ACTIVATED - 1 - order)
            state, tally = sorting_pass(state, scan, channel, tally, plane, kind)
        scan.starts[step + 1] = tally.found
        if stopped(state, channel):
            return state, plane, int64(0)
        state, refined = refinement_pass(state, scan, channel, step, plane)
        if stopped(state, channel):
            return state, plane, refined
        scan.cut[1] = before
        tally = Tally(tally.found, int64(0), tally.rest)
        state, tally = sorting_pass(state, scan, channel, tally, plane, int64(REST))
        state, tally = sorting_pass(state, scan, channel, tally, plane, int64(ACTIVATED))
        scan.starts[step + 1] = tally.found
        if stopped(state, channel):
            return state, plane, before
    return state, int64(0), tally.found


@compiled
def _list_by_class(scan: Scan) -> None:
    """List the insignificant coefficients with a significant neighbourhood by class, in scan order."""
    for kind in range(scan.lengths.size):
        scan.lengths[kind] = 0
    for word in range(scan.energies.size):
        if scan.energies[word] == 0:
            continue
        for i in range(8 * word, 8 * word + 8):
            energy = scan.energy[i]
            if energy != 0 and energy != FOUND:
                kind = scan.classes[energy]
                scan.members[kind, scan.lengths[kind]] = i
                scan.lengths[kind] += 1
