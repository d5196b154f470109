// The points of a chart as they are drawn. A column of values has NaN for a gap, and Infinity where a series has no
// point but its line goes on.

/** More points than this for each column of pixels are not all drawn: more would be painted over each other. */
const CROWDED = 4;

/** The first place whose instant is not before `at`. */
function firstFrom(instants, at) {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The places of the points that a drawing of so many columns of pixels needs, or null when it needs them all: of each
 * column each series' first, last, lowest and highest value, which is all of a line that can be seen there; the point
 * on either side of the window, where lines come from and go to; and each gap that is wider than a column.
 */
export function needed(instants, columns, [from, to], width) {
  const start = Math.max(0, firstFrom(instants, from) - 1);
  const end = Math.min(instants.length, firstFrom(instants, to) + 1);
  if (!(width > 0) || !(to > from) || end - start <= width * CROWDED) return null;
  const edges = new Int32Array(width + 3);
  edges[0] = start;
  for (let k = 0; k <= width; k++) edges[k + 1] = Math.max(start, firstFrom(instants, from + ((to - from) * k) / width));
  edges[width + 2] = end;

  const kept = new Uint8Array(end - start);
  for (const values of columns) {
    for (let k = 0; k < edges.length - 1; k++) {
      let [first, last, low, high, gapBefore, gapBehind] = [-1, -1, -1, -1, -1, -1];
      for (let i = edges[k]; i < edges[k + 1]; i++) {
        const value = values[i];
        if (value !== value) {
          if (first < 0) gapBefore = i;
          gapBehind = i;
        } else if (value !== Infinity) {
          if (first < 0) first = low = high = i;
          else if (value < values[low]) low = i;
          else if (value > values[high]) high = i;
          last = i;
        }
      }
      for (const i of [first, last, low, high, gapBefore, gapBehind > last ? gapBehind : -1]) if (i >= 0) kept[i - start] = 1;
    }
  }
  let count = 0;
  for (const is of kept) count += is;
  const places = new Int32Array(count);
  for (let i = 0, k = 0; i < kept.length; i++) if (kept[i]) places[k++] = start + i;
  return places;
}

/** The values at some places; `places` null: all. */
export function pick(values, places) {
  if (!places) return values;
  const out = new Float64Array(places.length);
  for (let k = 0; k < places.length; k++) out[k] = values[places[k]];
  return out;
}

/** As uPlot takes them: null for a gap, undefined where the line goes on; as they are where there is neither. */
export function column(values) {
  if (values.every(Number.isFinite)) return values;
  return Array.from(values, (v) => (v === Infinity ? undefined : v !== v ? null : v));
}

/** Places of values between two gaps: no line goes through them. */
export function lone(column) {
  if (!Array.isArray(column)) return column.length === 1 ? [0] : [];
  const out = [];
  const isKnown = (i, by) => {
    while (i >= 0 && i < column.length && column[i] === undefined) i += by;
    return i >= 0 && i < column.length && column[i] != null;
  };
  for (let i = 0; i < column.length; i++) {
    if (column[i] != null && !isKnown(i - 1, -1) && !isKnown(i + 1, 1)) out.push(i);
  }
  return out;
}

/** Whether a stacked series has no value at some instant: then what stands on it there stands on what is below. */
export const hasHoles = (values) => !values.every(Number.isFinite);

/** What stands on the first `count` stacked series: each sum, or where one has no value, the sum below it. */
export function edge(columns, count) {
  const [top, ...below] = columns.slice(0, count).reverse();
  return top.map((value, i) => {
    if (Number.isFinite(value)) return value;
    return below.find((values) => Number.isFinite(values[i]))?.[i] ?? 0;
  });
}
