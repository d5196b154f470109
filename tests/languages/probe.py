"""Does what `parameters.do` says, so that the tests see what a Python panel can, cannot and must not be able to do.

`scale` is what the benchmark measures; `look` tells everything that can be seen of the machine from inside.
"""

import encodings.idna  # noqa: F401: what sockets load when they are first used
import json
import os
import random
import socket
import sys
import time

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import panel
from wit_world.imports import query, types, views


class Panel(exports.Panel):
    def describe(self) -> panel.Descriptor:
        return panel.Descriptor(
            type_name="probe_python",
            version="0.1.0",
            title="Probe in Python",
            description="",
            default_size=panel.Size(width=4, height=3),
            display_schema="",
            parameters_schema="",
            sources=[],
            endpoint=None,
        )

    def render(self, call: panel.Call) -> views.View:
        order = json.loads(call.parameters)
        deeds = {
            "scale": scale,
            "throw": throw,
            "loop": loop,
            "allocate": allocate,
            "recurse": recurse,
            "print": say,
            "look": look,
        }
        return deeds[order["do"]]()


def scale() -> views.View:
    try:
        with query.open("main") as source:
            answer = source.series(query.SeriesRequest(query.Span_Panel(), query.Resolution_Raw(), None, []))
    except Err as refused:
        raise Err(panel.Failure_Query(refused.value))
    plots = [
        views.Plot(
            series=types.Series(series.label, series.instants, [value * 2.0 for value in series.values]),
            color=None,
            mark=views.Mark.LINE,
            join_within=None,
        )
        for series in answer.series
    ]
    axis = views.Axis(label=None, unit=None, minimum=None, maximum=None)
    return views.View_Chart(views.Chart(plots=plots, y_axis=axis, thresholds=[], stacked=False))


def throw() -> views.View:
    raise ValueError("the sky is falling")


def loop() -> views.View:
    while True:
        pass


def allocate() -> views.View:
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def recurse() -> views.View:
    sys.setrecursionlimit(10_000_000)

    def deeper(depth):
        # Through C and back, so that the machine's stack is used as well as the interpreter's.
        return sorted([depth], key=lambda depth: deeper(depth + 1))

    return views.View_Document(str(deeper(0)))


def say() -> views.View:
    print("to the output")
    print("to the errors", file=sys.stderr)
    return views.View_Document("said")


def look() -> views.View:
    seen = {
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "root": attempt(lambda: os.listdir("/")),
        "folder": attempt(os.getcwd),
        "read": attempt(lambda: open("/etc/passwd").read()),
        "write": attempt(lambda: open("/tmp/porthole", "w").write("x")),
        "connect": attempt(lambda: socket.socket().connect(("127.0.0.1", 22))),
        "resolve": attempt(lambda: socket.getaddrinfo("localhost", 80)),
        "process": attempt(lambda: os.system("true")),
        "wall_clock": [time.time(), time.time_ns()],
        "monotonic": measure(),
        "random": [random.SystemRandom().random(), os.urandom(8).hex(), random.random()],
        "hash": hash("porthole"),
    }
    return views.View_Document(json.dumps(seen))


def attempt(deed):
    """What came of it: `{"got": …}` or `{"refused": …}`."""
    try:
        return {"got": repr(deed())}
    except (Exception, SystemExit) as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def measure() -> list[int]:
    """Three different readings of the finest clock there is, in nanoseconds."""
    readings = []
    for _ in range(1_000_000):
        reading = time.perf_counter_ns()
        if not readings or reading != readings[-1]:
            readings.append(reading)
        if len(readings) == 3:
            break
    return readings
