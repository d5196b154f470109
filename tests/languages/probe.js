// Does what `parameters.do` says, so that the tests see what a JavaScript panel can, cannot and must not be able to do.
//
// `scale` is what the benchmark measures; `look` tells everything that can be seen of the machine from inside.

import * as query from "porthole:panel/query";

export const panel = {
  describe() {
    return {
      typeName: "probe_javascript",
      version: "0.1.0",
      title: "Probe in JavaScript",
      description: "",
      defaultSize: { width: 4, height: 3 },
      displaySchema: "",
      parametersSchema: "",
      sources: [],
      endpoint: null,
    };
  },

  render(call) {
    const deeds = { scale, throw: fall, loop, allocate, recurse, look };
    return deeds[JSON.parse(call.parameters).do]();
  },
};

function scale() {
  let answer;
  try {
    const request = { span: { tag: "panel" }, resolution: { tag: "raw" }, aggregate: null, labels: [] };
    answer = query.open("main").series(request);
  } catch (refused) {
    throw { tag: "query", val: refused.payload };
  }
  const plots = answer.series.map(({ label, instants, values }) => ({
    series: { label, instants, values: values.map((value) => value * 2) },
    color: null,
    mark: "line",
    joinWithin: null,
  }));
  const yAxis = { label: null, unit: null, minimum: null, maximum: null };
  return { tag: "chart", val: { plots, yAxis, thresholds: [], stacked: false } };
}

function fall() {
  throw new TypeError("the sky is falling");
}

function loop() {
  for (;;) {
    // for ever
  }
}

function allocate() {
  const kept = [];
  for (;;) {
    kept.push(new Uint8Array(1 << 20).fill(1));
  }
}

function recurse() {
  const deeper = (depth) => [depth].map((depth) => deeper(depth + 1));
  return { tag: "document", val: String(deeper(0)) };
}

function look() {
  const seen = {
    globals: Object.getOwnPropertyNames(globalThis),
    wall_clock: Date.now(),
    zone: new Date().getTimezoneOffset(),
    monotonic: measure(),
    random: [Math.random(), Math.random()],
  };
  return { tag: "document", val: JSON.stringify(seen) };
}

// Three different readings of the finest clock there is, in milliseconds.
function measure() {
  const readings = [];
  for (let turn = 0; turn < 1_000_000 && readings.length < 3; turn += 1) {
    const reading = performance.now();
    if (reading !== readings.at(-1)) {
      readings.push(reading);
    }
  }
  return readings;
}
