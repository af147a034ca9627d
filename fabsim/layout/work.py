"""What holds at a step: the step's own word, otherwise its toolset's."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from fabsim.chance import Draw, constant
from fabsim.kernels.records import PER_BATCH, PER_LOT, PER_WAFER
from fabsim.layout.fab_file import FabFile, Step
from fabsim.layout.toolset_file import Batch, Calendar, Chambers, Stage, Toolset
from fabsim.theory.chambers import chamber_times

PER = {"lot": PER_LOT, "wafer": PER_WAFER, "batch": PER_BATCH}
"""Values of ``STEP.per``."""


def to_ms(value: float) -> int:
    """Return a duration rounded to whole milliseconds, halves up."""
    return math.floor(value + 0.5)


@dataclass(frozen=True, slots=True)
class Work:
    """How a step is processed."""

    process: Draw
    """Process time [ms], the step's factor included."""
    per: int
    """What one process time is for: `fabsim.kernels.records.PER_LOT` ..."""
    latency_ms: int
    interval_ms: float
    """Cascade interval, -1 for none."""
    batch: Batch | None
    stages: tuple[tuple[int, float], ...]
    """Chambers and share of the process time of each stage of a cluster tool."""

    def lot_ms(self, wafers: int) -> float:
        """Return the expected time of a lone lot of which so many wafers are processed, without load and unload [ms]."""
        units = wafers if self.per == PER_WAFER else 1
        if self.stages:
            counts, shares = zip(*self.stages, strict=True)
            return sum(chamber_times(units, counts, shares)) * self.process.mean() + self.latency_ms
        if self.interval_ms >= 0:
            return max(0.0, self.process.mean() - self.interval_ms) + units * self.interval_ms
        return units * self.process.mean() + self.latency_ms


def work_of(step: Step, toolset: Toolset) -> Work | None:
    """Return how a step is processed; ``None`` if nothing says how long it takes."""
    process = step.process or process_of(toolset)
    if process is None:
        return None
    latency, interval = step.latency, step.interval
    if latency is None and interval is None:
        latency, interval = toolset.latency, toolset.interval
    return Work(
        process=process.scaled(step.factor) if step.factor != 1 else process,
        per=PER[step.per or toolset.per],
        latency_ms=to_ms(latency or 0.0),
        interval_ms=-1.0 if interval is None else interval,
        batch=batch_of(step, toolset),
        stages=tuple(stages_of(toolset)),
    )


def process_of(toolset: Toolset) -> Draw | None:
    """Return a toolset's process time: of a cell, that of its slowest part; of chambers in sequence, a wafer's through all stages."""
    if toolset.chambers and toolset.chambers.sequence:
        return constant(sum(stage.process for stage in toolset.chambers.sequence))
    if toolset.cell:
        return max((part.process for part in toolset.cell.values()), key=Draw.mean)
    return toolset.process


def batch_of(step: Step, toolset: Toolset) -> Batch | None:
    """Return the sizes of batches at a step, key by key the step's or the toolset's; ``None`` where neither gives any."""
    if step.batch is None and toolset.batch is not None and not has_sizes(toolset.batch):
        return None
    if step.batch is None or toolset.batch is None:
        return step.batch or toolset.batch
    said = {key: value for key, value in step.batch if value is not None}
    return toolset.batch.model_copy(update=said)


def has_sizes(batch: Batch) -> bool:
    """Return whether a batch says more than how batches start whose sizes are the steps'."""
    return batch.min is not None or batch.max is not None


def calendars_of(toolset: Toolset, file: FabFile) -> list[tuple[str, Calendar]]:
    """Return the calendars of a toolset by name: a cell's are ``part.calendar``; names that do not exist are left out."""
    named = _named("", toolset.calendars, file)
    for part, content in (toolset.cell or {}).items():
        named += _named(f"{part}.", content.calendars, file)
    return named


def stages_of(toolset: Toolset) -> list[tuple[int, float]]:
    """Return chambers and share of the process time of each stage of a cluster tool, nothing for other tools."""
    chambers = toolset.chambers
    if chambers is None:
        return []
    line = _line(chambers)
    total = sum(stage.process for stage in line)
    return [(stage.count, stage.process / total) for stage in line]


def _line(chambers: Chambers) -> tuple[Stage, ...]:
    """Return the stages; chambers in parallel are one, whose time is the step's."""
    return chambers.sequence or (Stage.model_construct(name="chamber", process=1.0, count=chambers.parallel or 1, calendars=()),)


def chamber_calendars_of(toolset: Toolset, file: FabFile) -> list[tuple[int, str, Calendar]]:
    """Return the calendars that chambers have: the stage, from 1, name as ``stage.calendar``, content; unknown names are left out."""
    if toolset.chambers is None:
        return []
    return [
        (number, name, calendar)
        for number, stage in enumerate(_line(toolset.chambers), 1)
        for name, calendar in _named(f"{stage.name}.", (*toolset.chambers.calendars, *stage.calendars), file)
    ]


def _named(prefix: str, calendars: tuple[str | Calendar, ...], file: FabFile) -> list[tuple[str, Calendar]]:
    named: list[tuple[str, Calendar]] = []
    nameless: Counter[str] = Counter()
    for calendar in calendars:
        if isinstance(calendar, str):
            if calendar in file.calendars:
                named.append((prefix + calendar, file.calendars[calendar]))
        elif calendar.name is not None:
            named.append((prefix + calendar.name, calendar))
        else:
            nameless[calendar.kind] += 1
            count = nameless[calendar.kind]
            named.append((f"{prefix}{calendar.kind}{f'.{count}' if count > 1 else ''}", calendar))
    return named
