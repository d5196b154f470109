// Measurements of known values, and what a dashboard must make of them, computed without any of Porthole's code.

export interface Reading {
  /** Milliseconds since the epoch. */
  instant: number;
  value: number;
}

export const FIRST = Date.UTC(2026, 0, 1);
export const DAY = 86_400_000;
const STEP = 300_000;

/** Ten days of readings at five-minute steps, between 5 and 95, with two decimals; the same in every run. */
export function readingsOf(seed: number): Reading[] {
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return Array.from({ length: (10 * DAY) / STEP }, (_, step) => {
    const daily = Math.sin((step * STEP * 2 * Math.PI) / DAY);
    return { instant: FIRST + step * STEP, value: Math.round((50 + 30 * daily + 30 * (next() - 0.5)) * 100) / 100 };
  });
}

/** In the form that `porthole import` takes. */
export function csv(readings: Reading[]): string {
  const lines = readings.map(({ instant, value }) => {
    const time = new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},${value}`;
  });
  return `timestamp,value\n${lines.join('\n')}\n`;
}

/** The readings of `start ≤ instant < end`. */
export function within(readings: Reading[], start: number, end: number): Reading[] {
  return readings.filter(({ instant }) => instant >= start && instant < end);
}

/** Averages per bucket, aligned to the epoch. */
export function means(readings: Reading[], bucketSeconds: number): Reading[] {
  const length = bucketSeconds * 1000;
  const buckets = new Map<number, number[]>();
  for (const { instant, value } of readings) {
    const start = Math.floor(instant / length) * length;
    buckets.set(start, [...(buckets.get(start) ?? []), value]);
  }
  return [...buckets].map(([instant, values]) => ({
    instant,
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
  }));
}
