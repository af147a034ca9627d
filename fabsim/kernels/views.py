"""Where the world keeps each array of a floor: one function an array."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.arena import pinned, viewer
from fabsim.kernels.jit import kernel
from fabsim.kernels.state import DTYPES, WORLD, World

_address = pinned(WORLD, "address")
_length = pinned(WORLD, "length")

_AT = {name: position for position, name in enumerate(DTYPES)}
_STEPS = _AT["steps"]
_INTS = _AT["ints"]
_REALS = _AT["reals"]
_SETS = _AT["sets"]
_TOOLS = _AT["tools"]
_NODES = _AT["nodes"]
_LOTS = _AT["lots"]
_MEMORY = _AT["memory"]
_LINES = _AT["lines"]
_ACTIVE = _AT["active"]
_ENTRIES = _AT["entries"]
_CAUSES = _AT["causes"]
_STREAMS = _AT["streams"]
_OUT = _AT["out"]
_MOVES = _AT["moves"]
_DONE = _AT["done"]
_NEAR = _AT["near"]
_FAR = _AT["far"]
_LATER = _AT["later"]
_WHEEL = _AT["wheel"]
_MARKS = _AT["marks"]
_TOUCHED = _AT["touched"]
_WATCHES = _AT["watches"]
_STAGES = _AT["stages"]
_CHAMBERS = _AT["chambers"]
_RETICLES = _AT["reticles"]


_view_steps = viewer("steps", DTYPES["steps"])


@kernel
def steps(w: World) -> Any:
    """Return the world's ``steps``."""
    return _view_steps(_address(w, _STEPS), _length(w, _STEPS))


_view_ints = viewer("ints", DTYPES["ints"])


@kernel
def ints(w: World) -> Any:
    """Return the world's ``ints``."""
    return _view_ints(_address(w, _INTS), _length(w, _INTS))


_view_reals = viewer("reals", DTYPES["reals"])


@kernel
def reals(w: World) -> Any:
    """Return the world's ``reals``."""
    return _view_reals(_address(w, _REALS), _length(w, _REALS))


_view_sets = viewer("sets", DTYPES["sets"])


@kernel
def sets(w: World) -> Any:
    """Return the world's ``sets``."""
    return _view_sets(_address(w, _SETS), _length(w, _SETS))


_view_tools = viewer("tools", DTYPES["tools"])


@kernel
def tools(w: World) -> Any:
    """Return the world's ``tools``."""
    return _view_tools(_address(w, _TOOLS), _length(w, _TOOLS))


_view_nodes = viewer("nodes", DTYPES["nodes"])


@kernel
def nodes(w: World) -> Any:
    """Return the world's ``nodes``."""
    return _view_nodes(_address(w, _NODES), _length(w, _NODES))


_view_lots = viewer("lots", DTYPES["lots"])


@kernel
def lots(w: World) -> Any:
    """Return the world's ``lots``."""
    return _view_lots(_address(w, _LOTS), _length(w, _LOTS))


_view_memory = viewer("memory", DTYPES["memory"])


@kernel
def memory(w: World) -> Any:
    """Return the world's ``memory``."""
    return _view_memory(_address(w, _MEMORY), _length(w, _MEMORY))


_view_lines = viewer("lines", DTYPES["lines"])


@kernel
def lines(w: World) -> Any:
    """Return the world's ``lines``."""
    return _view_lines(_address(w, _LINES), _length(w, _LINES))


_view_active = viewer("active", DTYPES["active"])


@kernel
def active(w: World) -> Any:
    """Return the world's ``active``."""
    return _view_active(_address(w, _ACTIVE), _length(w, _ACTIVE))


_view_entries = viewer("entries", DTYPES["entries"])


@kernel
def entries(w: World) -> Any:
    """Return the world's ``entries``."""
    return _view_entries(_address(w, _ENTRIES), _length(w, _ENTRIES))


_view_causes = viewer("causes", DTYPES["causes"])


@kernel
def causes(w: World) -> Any:
    """Return the world's ``causes``."""
    return _view_causes(_address(w, _CAUSES), _length(w, _CAUSES))


_view_streams = viewer("streams", DTYPES["streams"])


@kernel
def streams(w: World) -> Any:
    """Return the world's ``streams``."""
    return _view_streams(_address(w, _STREAMS), _length(w, _STREAMS))


_view_out = viewer("out", DTYPES["out"])


@kernel
def out(w: World) -> Any:
    """Return the world's ``out``."""
    return _view_out(_address(w, _OUT), _length(w, _OUT))


_view_moves = viewer("moves", DTYPES["moves"])


@kernel
def moves(w: World) -> Any:
    """Return the world's ``moves``."""
    return _view_moves(_address(w, _MOVES), _length(w, _MOVES))


_view_done = viewer("done", DTYPES["done"])


@kernel
def done(w: World) -> Any:
    """Return the world's ``done``."""
    return _view_done(_address(w, _DONE), _length(w, _DONE))


_view_near = viewer("near", DTYPES["near"])


@kernel
def near(w: World) -> Any:
    """Return the world's ``near``."""
    return _view_near(_address(w, _NEAR), _length(w, _NEAR))


_view_far = viewer("far", DTYPES["far"])


@kernel
def far(w: World) -> Any:
    """Return the world's ``far``."""
    return _view_far(_address(w, _FAR), _length(w, _FAR))


_view_later = viewer("later", DTYPES["later"])


@kernel
def later(w: World) -> Any:
    """Return the world's ``later``."""
    return _view_later(_address(w, _LATER), _length(w, _LATER))


_view_wheel = viewer("wheel", DTYPES["wheel"])


@kernel
def wheel(w: World) -> Any:
    """Return the world's ``wheel``."""
    return _view_wheel(_address(w, _WHEEL), _length(w, _WHEEL))


_view_marks = viewer("marks", DTYPES["marks"])


@kernel
def marks(w: World) -> Any:
    """Return the world's ``marks``."""
    return _view_marks(_address(w, _MARKS), _length(w, _MARKS))


_view_touched = viewer("touched", DTYPES["touched"])


@kernel
def touched(w: World) -> Any:
    """Return the world's ``touched``."""
    return _view_touched(_address(w, _TOUCHED), _length(w, _TOUCHED))


_view_watches = viewer("watches", DTYPES["watches"])


@kernel
def watches(w: World) -> Any:
    """Return the world's ``watches``."""
    return _view_watches(_address(w, _WATCHES), _length(w, _WATCHES))


_view_stages = viewer("stages", DTYPES["stages"])


@kernel
def stages(w: World) -> Any:
    """Return the world's ``stages``."""
    return _view_stages(_address(w, _STAGES), _length(w, _STAGES))


_view_chambers = viewer("chambers", DTYPES["chambers"])


@kernel
def chambers(w: World) -> Any:
    """Return the world's ``chambers``."""
    return _view_chambers(_address(w, _CHAMBERS), _length(w, _CHAMBERS))


_view_reticles = viewer("reticles", DTYPES["reticles"])


@kernel
def reticles(w: World) -> Any:
    """Return the world's ``reticles``."""
    return _view_reticles(_address(w, _RETICLES), _length(w, _RETICLES))
