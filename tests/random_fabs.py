"""Random small fabs over the whole layout language, for tests that must hold on any fab."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Draw = Any
CRITERIA = ["priority", "queue_time", "setup", "fifo", "edd", "odd", "critical_ratio", "spt", "srpt", "slack", "random"]
KEYS = ["A", "B", "C"]
QUALIFIED = ["50 %", "40 %", [1], [3, 1]]


def _minutes(draw: Draw, low: int, high: int) -> str:
    return f"{draw(st.integers(low, high))} min"


def _distribution(draw: Draw, low: int, high: int) -> Any:
    mean = _minutes(draw, max(1, low), high)
    forms: list[Any] = [mean, {"uniform": mean, "half_width": "20 %"}, {"exponential": mean}, {"gamma": mean, "cv": 0.5}]
    return draw(st.sampled_from(forms))


def _calendar(draw: Draw, cascading: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(["breakdown", "maintenance", "engineering"]))
    counts = draw(st.sampled_from(["time", "wafers"] if cascading else ["time", "wafers", "process"]))
    every: Any = f"{draw(st.integers(20, 300))} wafers" if counts == "wafers" else _distribution(draw, 100, 900)
    calendar = {"kind": kind, "counts": counts, "every": every, "takes": _distribution(draw, 5, 90)}
    if draw(st.booleans()):
        calendar["preempts"] = draw(st.booleans())
    if draw(st.integers(0, 2)) == 0:
        calendar["stagger"] = draw(st.sampled_from([True, False, "every"]))
    if counts == "wafers":
        calendar["carry_over"] = draw(st.booleans())
    return calendar


def _chambers(draw: Draw) -> dict[str, Any]:
    def calendars() -> list[dict[str, Any]]:
        kinds = draw(st.lists(st.sampled_from(["breakdown", "maintenance", "engineering"]), max_size=2, unique=True))
        return [{"kind": kind, "every": _distribution(draw, 100, 500), "takes": _distribution(draw, 5, 90)} for kind in kinds]

    if draw(st.booleans()):
        return {"parallel": draw(st.integers(1, 4)), "calendars": calendars()}
    stages = range(draw(st.integers(1, 3)))
    return {"sequence": [{"name": KEYS[k], "process": "40 s", "count": draw(st.integers(1, 3)), "calendars": calendars()} for k in stages]}


def _toolset(draw: Draw, area: str) -> dict[str, Any]:
    toolset: dict[str, Any] = {"area": area, "tools": draw(st.integers(1, 3))}
    form = draw(st.sampled_from(["plain", "latency", "cascade", "batch", "chambers"]))
    toolset["per"] = {"batch": "batch", "chambers": "wafer"}.get(form) or draw(st.sampled_from(["lot", "wafer"]))
    toolset["process"] = _distribution(draw, 1, 2) if toolset["per"] == "wafer" else _distribution(draw, 10, 40)
    toolset |= {"load": _minutes(draw, 0, 3), "unload": _minutes(draw, 0, 3)}
    if form == "latency":
        toolset |= {"slots": draw(st.integers(2, 4)), "latency": _minutes(draw, 1, 40), "spaced": draw(st.booleans())}
    if form == "chambers":
        toolset |= {"slots": draw(st.integers(1, 2)), "latency": _minutes(draw, 0, 5)}
        toolset |= {draw(st.sampled_from(["load_ahead", "spaced"])): toolset["slots"] > 1 and draw(st.booleans())}
        toolset["chambers"] = _chambers(draw)
        if "sequence" in toolset["chambers"]:
            del toolset["process"]
    if form == "cascade":
        toolset |= {"slots": 2, "interval": f"{draw(st.integers(20, 60))} s"}
        toolset |= {draw(st.sampled_from(["load_ahead", "spaced"])): draw(st.booleans())}
    if toolset.get("slots", 1) > 1:
        toolset["maintenance_in_gaps"] = draw(st.booleans())
    if form == "batch":
        least = draw(st.integers(10, 40))
        toolset["batch"] = {"min": least, "max": least + draw(st.integers(15, 50)), "longest_wait": _minutes(draw, 0, 200)}
        toolset["batch"]["waive"] = draw(st.sampled_from(["never", "arrival", "free"]))
        toolset["batch"]["waive_from"] = draw(st.integers(0, 9))
        toolset["batch"]["when_last"] = draw(st.sampled_from(["wait", "start"]))
    if draw(st.integers(0, 2)) == 0:
        toolset["setup"] = {"default": _minutes(draw, 0, 30), "min_run": draw(st.integers(0, 4)), "times": [{"to": "A", "time": "7 min"}]}
        toolset["setup"]["rank_by"] = draw(st.sampled_from(["all", "table"]))
        toolset["setup"]["when_empty"] = toolset.get("slots", 1) > 1 and draw(st.booleans())
    toolset["calendars"] = [_calendar(draw, form in ("latency", "cascade", "chambers")) for _ in range(draw(st.integers(0, 2)))]
    if draw(st.integers(0, 3)) == 0:
        toolset["qualified"] = draw(st.sampled_from(QUALIFIED))
    if draw(st.integers(0, 3)) == 0:
        toolset["reticles"] = {"per_mask": draw(st.integers(1, 2)), "travel": _minutes(draw, 0, 20)}
    toolset["choose_tool"] = draw(st.sampled_from(["longest_idle", "least_setup", "lowest_number"]))
    return toolset


def _step(draw: Draw, number: int, route: list[dict[str, Any]], toolsets: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = {"step": f"S{number}", "toolset": draw(st.sampled_from(sorted(toolsets)))}
    toolset = toolsets[step["toolset"]]
    if draw(st.integers(0, 3)) == 0:
        step["sampling"] = draw(st.sampled_from([0, 0.3, 0.9]))
    if draw(st.integers(0, 3)) == 0:
        step["rework"] = {"share": draw(st.sampled_from([0.05, 0.3])), "to": f"S{draw(st.integers(max(0, number - 3), number))}"}
    if draw(st.integers(0, 3)) == 0:
        step["scrap"] = draw(st.sampled_from([0.01, 0.2]))
    if draw(st.integers(0, 3)) == 0:
        step["wafer_scrap"] = draw(st.sampled_from([0.02, 0.5]))
    if "setup" in toolset and draw(st.booleans()):
        step["setup"] = draw(st.sampled_from(KEYS))
        if draw(st.integers(0, 3)) == 0:
            step["setup_time"] = draw(st.sampled_from([_minutes(draw, 0, 15), _distribution(draw, 1, 15)]))
            step["setup_when"] = draw(st.sampled_from(["change", "always"]))
    if "reticles" in toolset and draw(st.integers(0, 3)) > 0:
        step["mask"] = draw(st.sampled_from(["M", "N"]))
    if toolset["per"] == "wafer" and draw(st.booleans()):
        step["wafers"] = draw(st.integers(1, 8))
    if toolset["per"] == "lot" and draw(st.booleans()):
        step["factor"] = 1.5
    if draw(st.integers(0, 3)) == 0:
        step["hold"] = {"share": draw(st.sampled_from([0.1, 1])), "time": _distribution(draw, 1, 200)}
    if route and draw(st.integers(0, 2)) == 0:
        step["queue_time"] = _window(draw, draw(st.integers(0, number - 1)))
    bound = [earlier["step"] for earlier in route if earlier["toolset"] == step["toolset"] and earlier.get("sampling", 1) == 1]
    if bound and draw(st.booleans()):
        step["dedicated_to"] = draw(st.sampled_from(bound))
    elif draw(st.integers(0, 9)) == 0:
        step["qualified"] = draw(st.sampled_from(QUALIFIED))
    return step


def _window(draw: Draw, opens: int) -> dict[str, Any]:
    window: dict[str, Any] = {"from": f"S{opens}", "limit": _minutes(draw, 1, 120)}
    window["if_late"] = draw(st.sampled_from(["measure", "rework", "scrap", "yield_loss"]))
    if window["if_late"] == "yield_loss":
        window["loss"] = draw(st.sampled_from([0.1, 1]))
    if window["if_late"] == "rework" and draw(st.booleans()):
        window["to"] = f"S{draw(st.integers(0, opens))}"
    return window


def _stream(draw: Draw, product: str, load: int) -> dict[str, Any]:
    stream: dict[str, Any] = {"product": product, "lot_size": draw(st.integers(1, 10)), "priority": draw(st.integers(0, 3))}
    pattern = draw(st.sampled_from(["constant", "poisson", "schedule", "conwip"]))
    if pattern != "conwip" and draw(st.integers(0, 3)) == 0:
        stream["wip_limit"] = draw(st.integers(1, 8))
    if pattern == "schedule":
        instants = draw(st.lists(st.integers(0, 2000), min_size=1, max_size=25))
        due = draw(st.sampled_from([None, 100, 900]))
        lots: list[Any] = [f"{t} min" if due is None or t % 2 else {"at": f"{t} min", "due": f"{due + t % 50} min"} for t in instants]
        stream["pattern"] = {"schedule": lots}
    elif pattern == "conwip":
        stream["pattern"] = {"conwip": draw(st.integers(1, 12))}
    elif pattern == "constant" and draw(st.booleans()):
        stream |= {"every": f"{730 / load:.3f} h", "first": _minutes(draw, 0, 600)}
    else:
        stream |= {"pattern": pattern, "wafers_per_month": load * stream["lot_size"]}
        if draw(st.booleans()):
            stream["hot"] = {"share": "20 %", "priority": 9, "due": {"x_factor": 1.2}}
    stream["kind"] = draw(st.sampled_from(["production", "engineering", "monitor"]))
    if stream["kind"] == "monitor":
        stream["uses"] = draw(st.integers(1, 4))
    if draw(st.booleans()):
        stream["due"] = draw(st.sampled_from([{"x_factor": 2}, "6 h"]))
    return stream


def _chain(draw: Draw) -> list[str]:
    return list(draw(st.lists(st.sampled_from(CRITERIA), min_size=1, max_size=5, unique=True)))


@st.composite
def layouts(draw: Draw) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the contents of a fab file and of a scenario file."""
    toolsets = {f"T{k}": _toolset(draw, draw(st.sampled_from(["a", "b"]))) for k in range(draw(st.integers(1, 4)))}
    routes: dict[str, list[dict[str, Any]]] = {}
    for name in ["r", "q"][: draw(st.integers(1, 2))]:
        route: list[dict[str, Any]] = []
        for number in range(draw(st.integers(1, 7))):
            route.append(_step(draw, number, route, toolsets))
        routes[name] = route
    products = {f"P{k}": {"route": draw(st.sampled_from(sorted(routes)))} for k in range(draw(st.integers(1, 3)))}
    fab = {"kind": "fab", "name": "random", "toolsets": toolsets, "routes": routes, "products": products}
    fab["transport"] = {"default": _distribution(draw, 0, 9) if draw(st.booleans()) else "0 min", "first": _minutes(draw, 0, 3)}
    if draw(st.integers(0, 3)) == 0:
        fab["buildings"] = {"wafers_per_month": draw(st.integers(1000, 9000))}
        for toolset in toolsets.values():
            toolset["shared"] = draw(st.integers(0, 5)) == 0
    streams = {f"s{k}": _stream(draw, draw(st.sampled_from(sorted(products))), draw(st.integers(100, 1500))) for k in range(len(products))}
    for stream in streams.values():
        if "conwip" in stream.get("pattern", ""):  # a lot that takes no time at all would be replaced for ever
            routes[products[stream["product"]]["route"]][0].pop("sampling", None)
    scenario: dict[str, Any] = {"kind": "scenario", "fab": "fab.yaml", "name": "random", "trace": "all", "seed": draw(st.integers(0, 99))}
    scenario |= {"horizon": f"{draw(st.integers(8, 60))} h", "warmup": _minutes(draw, 0, 400), "period": _minutes(draw, 200, 3000)}
    scenario |= {"starts": streams, "policy": {"fab": _chain(draw), "toolsets": {"T0": _chain(draw)}}}
    if draw(st.booleans()):
        scenario["initial_wip"] = [_initial(draw, streams, products, routes) for _ in range(draw(st.integers(1, 3)))]
    scenario["policy"] |= _optimisers(draw, toolsets, routes, streams)
    if draw(st.booleans()):
        scenario["policy"]["reserve"] = {"priority": draw(st.integers(0, 9)), "from": draw(st.sampled_from(["departure", "start"]))}
    changes = [_change(draw, name) for name in toolsets if draw(st.integers(0, 3)) == 0]
    return fab, scenario | ({"changes": changes} if changes else {})


def _optimisers(draw: Draw, toolsets: dict[str, Any], routes: dict[str, Any], streams: dict[str, Any]) -> dict[str, Any]:
    """Draw a policy's optimisers, now and then, where the fab has something for them."""
    policy: dict[str, Any] = {}
    used = {step["toolset"] for route in routes.values() for step in route}
    furnaces = [name for name in sorted(used) if toolsets[name]["per"] == "batch"]
    if furnaces and draw(st.booleans()):
        policy["furnaces"] = {"toolsets": furnaces, "every": _minutes(draw, 90, 400), "look_ahead": "2 h", "horizon": "8 h", "effort": 0.02}
    rates = {stream["product"]: stream for stream in streams.values() if "wafers_per_month" in stream}
    if rates and draw(st.integers(0, 3)) == 0:
        products = {name: {"demand": stream["wafers_per_month"], "value": draw(st.integers(1, 3))} for name, stream in rates.items()}
        policy["release"] = {"products": products, "every": "10 h", "horizon": "300 h", "x_factor": draw(st.sampled_from([1, 2]))}
    return policy


def _initial(draw: Draw, streams: dict[str, Any], products: dict[str, Any], routes: dict[str, Any]) -> dict[str, Any]:
    stream = draw(st.sampled_from(sorted(streams)))
    step = draw(st.sampled_from(routes[products[streams[stream]["product"]]["route"]]))["step"]
    lots = {"stream": stream, "step": step, "lots": draw(st.integers(1, 5)), "age": _minutes(draw, 0, 500)}
    return lots | ({"due": _minutes(draw, 0, 2000)} if draw(st.booleans()) else {})


def _change(draw: Draw, toolset: str) -> dict[str, Any]:
    return {"toolset": toolset, "tools": draw(st.sampled_from([2, 1])), "at": _minutes(draw, 1, 1000)}
