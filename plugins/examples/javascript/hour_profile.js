// A panel in JavaScript: at which hour of which weekday how much goes on, as a table.
//
// One row for each weekday, one column for each few hours. A cell is the mean (or the lowest, or the highest) of all
// quarter hours that fall into it, whatever series they are of.
//
// The module is loaded once, while the component is built; what it has done by then is part of the component. It may
// import other modules, which are then part of it, too. The interfaces of the contract are modules by their own names.

import * as log from "porthole:panel/log";
import * as query from "porthole:panel/query";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Every time zone of the world is ahead of UTC, or behind it, by quarters of an hour.
const SLOT_SECONDS = 15 * 60;

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOURS_PER_COLUMN = [1, 2, 3, 4, 6, 8, 12];
const STATISTICS = ["mean", "lowest", "highest"];

// The host shows these to whoever writes the YAML. They check nothing: `readParameters` and `readDisplay` do.
const PARAMETERS_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  properties: {
    hours_per_column: { enum: HOURS_PER_COLUMN, default: 4 },
    statistic: { enum: STATISTICS, default: "mean" },
    utc_offset: {
      type: "string",
      pattern: "^[+-]\\d\\d:\\d\\d$",
      default: "+00:00",
      description: "The weekdays' and hours' distance from UTC; a panel has no list of time zones",
    },
  },
};
const DISPLAY_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  properties: {
    decimals: { type: "integer", minimum: 0, maximum: 10, default: 1 },
  },
};

// What the component exports: the functions of the contract's interface `panel`, under its name. The host makes a
// fresh instance for every call: nothing is kept between two.
export const panel = { describe, render };

function describe() {
  return {
    typeName: "hour_profile",
    version: "0.1.0",
    title: "Weekdays and hours",
    description: "At which hour of which weekday how much goes on",
    defaultSize: { width: 8, height: 3 },
    displaySchema: JSON.stringify(DISPLAY_SCHEMA),
    parametersSchema: JSON.stringify(PARAMETERS_SCHEMA),
    sources: [
      {
        name: "main",
        required: true,
        roles: [
          { name: "timestamp", required: true, description: "When it was measured" },
          { name: "value", required: true, description: "What is measured" },
          { name: "series_label", required: false, description: "Whose value it is; all are taken together" },
        ],
        freeColumns: false,
      },
    ],
    endpoint: "hour-profile",
  };
}

function render(call) {
  const parameters = readParameters(call.parameters);
  const display = readDisplay(call.display);
  const series = ask(call.labels);
  const cells = collect(series, parameters);
  return { tag: "table", val: table(cells, parameters, display.decimals) };
}

// All series of the panel's range, in quarters of an hour.
function ask(labels) {
  try {
    const source = query.open("main");
    const answer = source.series({
      span: { tag: "panel" },
      resolution: { tag: "seconds", val: SLOT_SECONDS },
      aggregate: null, // the function the YAML names, else the average
      labels,
    });
    return answer.series;
  } catch (error) {
    // An error that the contract knows is in `payload`: the reader sees its text. Anything else is a crash.
    throw error.payload ? { tag: "query", val: error.payload } : error;
  }
}

function collect(series, { hoursPerColumn, offset }) {
  const perDay = 24 / hoursPerColumn;
  const cells = WEEKDAYS.map(() => Array.from({ length: perDay + 1 }, emptyCell));
  let counted = 0;
  let missing = 0;
  for (const { instants, values } of series) {
    for (let place = 0; place < values.length; place += 1) {
      if (Number.isNaN(values[place])) {
        missing += 1;
        continue;
      }
      const local = instants[place] + offset;
      // The epoch began on a Thursday.
      const day = modulo(Math.floor(local / DAY) + 3, 7);
      const column = Math.floor(modulo(local, DAY) / (hoursPerColumn * HOUR));
      add(cells[day][column], values[place]);
      add(cells[day][perDay], values[place]);
      counted += 1;
    }
  }
  log.write("info", `${counted} quarter hours of ${series.length} series, ${missing} without a value`);
  return cells;
}

function table(cells, { hoursPerColumn, statistic }, decimals) {
  const names = Array.from({ length: 24 / hoursPerColumn }, (_, place) => {
    const from = place * hoursPerColumn;
    return `${twoDigits(from)}–${twoDigits(from + hoursPerColumn)}`;
  });
  names.push("All day");
  const columns = names.map((title) => ({
    name: title,
    title,
    format: { tag: "number", val: decimals },
    sortable: false,
    filterable: false,
  }));
  columns.unshift({ name: "Day", title: "Day", format: { tag: "text" }, sortable: false, filterable: false });
  const data = names.map((name, place) => ({
    name,
    data: { tag: "numbers", val: cells.map((day) => result(day[place], statistic)) },
  }));
  data.unshift({ name: "Day", data: { tag: "texts", val: WEEKDAYS } });
  return {
    columns,
    frame: { columns: data },
    total: WEEKDAYS.length,
    page: 1,
    pageSize: WEEKDAYS.length,
    sort: [],
  };
}

function emptyCell() {
  return { count: 0, sum: 0, lowest: Infinity, highest: -Infinity };
}

function add(cell, value) {
  cell.count += 1;
  cell.sum += value;
  cell.lowest = Math.min(cell.lowest, value);
  cell.highest = Math.max(cell.highest, value);
}

// NaN is a missing number: an hour at which nothing was measured.
function result(cell, statistic) {
  if (cell.count === 0) {
    return NaN;
  }
  return statistic === "mean" ? cell.sum / cell.count : cell[statistic];
}

function readParameters(text) {
  const given = readObject("parameters", text, PARAMETERS_SCHEMA);
  const { hours_per_column: hoursPerColumn = 4, statistic = "mean", utc_offset: written = "+00:00" } = given;
  if (!HOURS_PER_COLUMN.includes(hoursPerColumn)) {
    throw wrong("parameters.hours_per_column", `expected one of ${HOURS_PER_COLUMN.join(", ")}`);
  }
  if (!STATISTICS.includes(statistic)) {
    throw wrong("parameters.statistic", `expected one of ${STATISTICS.join(", ")}`);
  }
  return { hoursPerColumn, statistic, offset: readOffset(written) };
}

function readOffset(written) {
  const parts = typeof written === "string" && /^([+-])(\d\d):(\d\d)$/.exec(written);
  if (!parts || parts[2] > 14 || parts[3] > 59) {
    throw wrong("parameters.utc_offset", 'expected an offset such as "+01:00"');
  }
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === "-" ? -minutes : minutes) * MINUTE;
}

function readDisplay(text) {
  const { decimals = 1 } = readObject("display", text, DISPLAY_SCHEMA);
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 10) {
    throw wrong("display.decimals", "expected a whole number from 0 to 10");
  }
  return { decimals };
}

function readObject(place, text, schema) {
  const given = JSON.parse(text);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(schema.properties, key)) {
      const known = Object.keys(schema.properties).join(", ");
      throw wrong(`${place}.${key}`, `there is no such key; there are ${known}`);
    }
  }
  return given;
}

// The YAML is wrong: the host shows the sentence beside the panel's file. Throwing an object of the shape of the
// contract's `failure` is how a function returns an error; throwing anything else is a crash.
function wrong(place, sentence) {
  return { tag: "configuration", val: `${place}: ${sentence}` };
}

// -1 modulo 7 is 6 here, and -1 in `%`.
function modulo(number, by) {
  return ((number % by) + by) % by;
}

function twoDigits(hour) {
  return String(hour).padStart(2, "0");
}
