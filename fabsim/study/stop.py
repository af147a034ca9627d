"""Ctrl-C and a request to terminate, while a run may still save where it is."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any, Self


class Stop:
    """Answers whether the run inside the context is to stop.

    Until it is asked for the first time a signal interrupts at once: nothing is worth saving yet.  From then on the first one is noted
    and the run ends in its own time, with `KeyboardInterrupt` when it leaves the context; a second Ctrl-C interrupts at once again.
    A signal that is ignored stays ignored.
    """

    def __init__(self) -> None:
        self._asked = self._wanted = False
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        """Return whether the run is to stop."""
        self._asked = True
        return self._wanted

    def __enter__(self) -> Self:
        if current_thread() is main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) != signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._wanted and kind is None:
            raise KeyboardInterrupt

    def _note(self, number: int, _: FrameType | None) -> None:
        if not self._asked or (self._wanted and number == signal.SIGINT):
            raise KeyboardInterrupt
        self._wanted = True
