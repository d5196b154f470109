"""A panel in Python: how much of an error budget is left.

An objective such as "99 % of all minutes are good" leaves a budget of 1 % of bad minutes. The panel counts the bad
minutes of the range the reader looks at and shows what is left of the budget, in percent: 100 is an untouched budget,
0 a spent one, and below 0 the objective is missed.

The module is loaded once, while the component is built; what it has done by then is part of the component. So imports
belong up here (a panel has no files to import from later), and so does everything that needs to be computed only once.
"""

import json
import math

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import panel
from wit_world.imports import log, query, types, views

# As many points as a sparkline can show.
SPARKLINE_POINTS = 100

# Below this share, in percent, the budget is nearly spent.
NEARLY_SPENT = 25.0

# The host shows these to whoever writes the YAML. They check nothing: `read_parameters` and `read_display` do.
PARAMETERS_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "objective": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 100,
            "default": 99,
            "description": "Percent of all slots that must be good",
        },
        "good_at_most": {"type": "number", "description": "A slot is good up to this value"},
        "good_at_least": {"type": "number", "description": "A slot is good from this value on"},
        "slot_seconds": {"type": "integer", "minimum": 1, "maximum": 86400, "default": 60},
    },
    "oneOf": [{"required": ["good_at_most"]}, {"required": ["good_at_least"]}],
}
DISPLAY_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "decimals": {"type": "integer", "minimum": 0, "maximum": 10, "default": 1},
        "sparkline": {"type": "boolean", "default": True},
    },
}


class Panel(exports.Panel):
    """What the component exports. The host makes a fresh instance for every call: nothing is kept between two."""

    def describe(self) -> panel.Descriptor:
        return panel.Descriptor(
            type_name="error_budget",
            version="0.1.0",
            title="Error budget",
            description="What is left of the share of bad minutes that an objective allows",
            default_size=panel.Size(width=4, height=1),
            display_schema=json.dumps(DISPLAY_SCHEMA),
            parameters_schema=json.dumps(PARAMETERS_SCHEMA),
            sources=[
                panel.SourceRole(
                    name="main",
                    required=True,
                    roles=[
                        panel.ColumnRole("timestamp", True, "When it was measured"),
                        panel.ColumnRole("value", True, "What is good or bad"),
                        panel.ColumnRole("series_label", False, "Whose value it is; all count alike"),
                    ],
                    free_columns=False,
                )
            ],
            endpoint="error-budget",
        )

    def render(self, call: panel.Call) -> views.View:
        parameters = read_parameters(call.parameters)
        display = read_display(call.display)
        # `raise Err(…)` is how a function of the contract returns an error; the reader sees its text.
        # Any other exception is a crash.
        try:
            with query.open("main") as source:
                now = count(source, query.Span_Panel(), parameters, call.labels)
                length = call.range.end - call.range.start
                before_this = types.TimeRange(call.range.start - length, call.range.start)
                before = count(source, query.Span_Between(before_this), parameters, call.labels)
        except Err as refused:
            raise Err(panel.Failure_Query(refused.value))

        left = now.left(parameters.objective)
        left_before = before.left(parameters.objective)
        log.write(
            log.Level.INFO,
            f"{now.bad} of {now.total} slots were bad, {now.missing} had no value",
        )
        trend = None
        if left is not None and left_before is not None:
            trend = views.Trend(previous=left_before, change=left - left_before)
        return views.View_Metric(
            views.Metric(
                value=left,
                unit="%",
                decimals=display["decimals"],
                threshold=None if left is None else reached(left),
                trend=trend,
                sparkline=now.course(parameters.objective) if display["sparkline"] else None,
                measured_at=now.measured_at,
            )
        )


class Parameters:
    """What `parameters:` of the YAML says."""

    def __init__(self, objective, good_at_most, good_at_least, slot_seconds):
        self.objective = objective
        self.good_at_most = good_at_most
        self.good_at_least = good_at_least
        self.slot_seconds = slot_seconds

    def is_good(self, value: float) -> bool:
        if self.good_at_most is not None:
            return value <= self.good_at_most
        return value >= self.good_at_least


class Counted:
    """Good and bad slots of all series together, slot by slot."""

    def __init__(self):
        # Instant → [slots, bad slots]: several series have values at the same instant.
        self.slots: dict[int, list[int]] = {}
        self.missing = 0

    @property
    def total(self) -> int:
        return sum(slots for slots, _ in self.slots.values())

    @property
    def bad(self) -> int:
        return sum(bad for _, bad in self.slots.values())

    @property
    def measured_at(self) -> int | None:
        return max(self.slots, default=None)

    def left(self, objective: float) -> float | None:
        """What is left of the budget in percent; none when nothing was measured."""
        if not self.slots:
            return None
        return percent_left(self.bad, self.total, objective)

    def course(self, objective: float) -> types.Series:
        """What was left after each slot, thinned; the last point is what is left now."""
        total, bad = self.total, 0
        instants, values = sorted(self.slots), []
        for instant in instants:
            bad += self.slots[instant][1]
            values.append(percent_left(bad, total, objective))
        parts = min(SPARKLINE_POINTS, len(instants))
        kept = [(part + 1) * len(instants) // parts - 1 for part in range(parts)]
        return types.Series(
            label="budget left",
            instants=[instants[place] for place in kept],
            values=[values[place] for place in kept],
        )


def percent_left(bad: int, total: int, objective: float) -> float:
    return 100.0 - 100.0 * bad / (total * (1.0 - objective / 100.0))


def count(source: query.Source, span: query.Span, parameters: Parameters, labels: list[str]) -> Counted:
    answer = source.series(
        query.SeriesRequest(
            span=span,
            resolution=query.Resolution_Seconds(parameters.slot_seconds),
            aggregate=None,  # the function the YAML names, else the average
            labels=labels,
        )
    )
    counted = Counted()
    for series in answer.series:
        for instant, value in zip(series.instants, series.values):
            if math.isnan(value):
                # A slot without a value is neither good nor bad.
                counted.missing += 1
                continue
            slot = counted.slots.setdefault(instant, [0, 0])
            slot[0] += 1
            slot[1] += not parameters.is_good(value)
    return counted


def reached(left: float) -> views.Threshold:
    """The colour and word for what is left."""
    if left < 0.0:
        return views.Threshold(left, "#EF4444", "objective missed")
    if left < NEARLY_SPENT:
        return views.Threshold(0.0, "#F59E0B", "nearly spent")
    return views.Threshold(NEARLY_SPENT, "#10B981", "good")


def read_parameters(text: str) -> Parameters:
    given = read_object("parameters", text, PARAMETERS_SCHEMA)
    objective = number("parameters.objective", given.get("objective", 99))
    if not 0 < objective < 100:
        raise wrong("parameters.objective", f"expected more than 0 and less than 100, found {objective:g}")
    slot_seconds = given.get("slot_seconds", 60)
    if type(slot_seconds) is not int or not 1 <= slot_seconds <= 86_400:
        raise wrong("parameters.slot_seconds", "expected a whole number from 1 to 86400")
    if ("good_at_most" in given) == ("good_at_least" in given):
        raise wrong("parameters", "say what is good with either good_at_most or good_at_least")
    limits = {
        key: number(f"parameters.{key}", given[key]) if key in given else None
        for key in ("good_at_most", "good_at_least")
    }
    return Parameters(objective, limits["good_at_most"], limits["good_at_least"], slot_seconds)


def read_display(text: str) -> dict:
    given = read_object("display", text, DISPLAY_SCHEMA)
    decimals = given.get("decimals", 1)
    if type(decimals) is not int or not 0 <= decimals <= 10:
        raise wrong("display.decimals", "expected a whole number from 0 to 10")
    sparkline = given.get("sparkline", True)
    if type(sparkline) is not bool:
        raise wrong("display.sparkline", "expected true or false")
    return {"decimals": decimals, "sparkline": sparkline}


def read_object(place: str, text: str, schema: dict) -> dict:
    given = json.loads(text)
    if not isinstance(given, dict):
        raise wrong(place, "expected keys with values")
    for key in given:
        if key not in schema["properties"]:
            raise wrong(f"{place}.{key}", f"there is no such key; there are {', '.join(schema['properties'])}")
    return given


def number(place: str, value) -> float:
    # `True` is a number to Python.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong(place, f"expected a number, found {json.dumps(value)}")
    return float(value)


def wrong(place: str, sentence: str) -> Err:
    """The YAML is wrong: the host shows the sentence beside the panel's file."""
    return Err(panel.Failure_Configuration(f"{place}: {sentence}"))
