"""The order of waiting lots at a tool and an instant: what of a rank chain no key fixed at a lot's arrival can say."""

from __future__ import annotations

from fabsim.kernels.jit import kernel
from fabsim.kernels.rank import CRITICAL_RATIO, SETUP
from fabsim.kernels.setups import rank_time
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import entries


@kernel
def before(w: World, chain: int, i: int, tool_i: int, j: int, tool_j: int) -> bool:
    """Return whether entry ``i`` at ``tool_i`` ranks before ``j`` at ``tool_j`` now; without tools (`NONE`) setups count nothing."""
    e = entries(w)
    k = 0
    while chain:
        criterion = chain & 15
        chain >>= 4
        if criterion == SETUP:
            if tool_i != NONE:
                setup_i, setup_j = rank_time(w, tool_i, e[i].lot), rank_time(w, tool_j, e[j].lot)
                if setup_i != setup_j:
                    return setup_i < setup_j
        elif criterion == CRITICAL_RATIO:
            ratio_i = _critical_ratio(e[i].keys[k], e[i].work_ms, w[0].now_ms)
            ratio_j = _critical_ratio(e[j].keys[k], e[j].work_ms, w[0].now_ms)
            if ratio_i != ratio_j:
                return ratio_i < ratio_j
        elif e[i].keys[k] != e[j].keys[k]:
            return e[i].keys[k] < e[j].keys[k]
        k += 1
    return e[i].id < e[j].id


@kernel
def _critical_ratio(due: int, work: float, now: int) -> float:
    """Return ``(due - now) / work`` [-]; a lot without a due date comes last."""
    if due == NEVER:
        return 1e300
    return (due - now) / work
