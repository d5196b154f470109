// Which of many points a chart draws, and what stands on its axes. Plain computing: no page is opened.

import { expect, test } from '@playwright/test';

import { timeLabels, valueLabels, valueRange } from '../../ui/js/axes.js';
import { column, edge, hasHoles, lone, needed, pick } from '../../ui/js/points.js';

const WIDTH = 100;
const count = 10_000;
const instants = Float64Array.from({ length: count }, (_, i) => i);
const all: [number, number] = [0, count - 1];
/** A course with a high and a low that only one point has. */
const values = Float64Array.from({ length: count }, (_, i) => (i === 4321 ? 1000 : i === 7777 ? -1000 : Math.sin(i / 50)));

test('all points are drawn where there are few', () => {
  expect(needed(instants.slice(0, 400), [values.slice(0, 400)], [0, 399], WIDTH)).toBeNull();
});

test('no high and no low is lost, and no more is drawn than can be seen', () => {
  const places = needed(instants, [values], all, WIDTH)!;
  expect(places.length).toBeLessThanOrEqual(WIDTH * 4 + 6);
  expect([...places]).toEqual([...places].toSorted((a, b) => a - b));
  const drawn = pick(values, places);
  for (let k = 0; k < WIDTH; k++) {
    const [from, to] = [(k * (count - 1)) / WIDTH, ((k + 1) * (count - 1)) / WIDTH];
    const inColumn = (_: number, i: number) => i >= from && i < to;
    const theirs = drawn.filter((_, i) => places[i] >= from && places[i] < to);
    expect(Math.max(...theirs)).toBe(Math.max(...values.filter(inColumn)));
    expect(Math.min(...theirs)).toBe(Math.min(...values.filter(inColumn)));
  }
});

test('the points on either side of the window are drawn, so that lines enter and leave it', () => {
  const places = needed(instants, [values], [2000.5, 7000.5], WIDTH)!;
  expect(places[0]).toBe(2000);
  expect(places.at(-1)).toBe(7001);
});

test('a gap stays a gap, and a line that goes on goes on', () => {
  const broken = values.map((value, i) => (i >= 3000 && i < 5000 ? NaN : value));
  const sparse = values.map((value, i) => (i % 10 ? Infinity : value));
  const places = needed(instants, [broken, sparse], all, WIDTH)!;
  const [first, second] = [broken, sparse].map((values) => column(pick(values, places)));
  const inGap = [...places.keys()].filter((k) => places[k] >= 3000 && places[k] < 5000);
  expect(inGap.length).toBeGreaterThan(0);
  expect(inGap.every((k) => first[k] === null)).toBe(true);
  expect([...first].filter((value) => value === null)).toHaveLength(inGap.length);
  expect([...second]).not.toContain(null);
  expect([...second]).toContain(undefined);
});

test('a value between two gaps is a dot', () => {
  expect(lone(column(Float64Array.of(NaN, 1, NaN, 2, 3, NaN, Infinity, 4, Infinity, NaN)))).toEqual([1, 7]);
  expect(lone(column(Float64Array.of(1, Infinity, 2)))).toEqual([]);
  expect(lone(Float64Array.of(1))).toEqual([0]);
});

test('what stands on a stacked series without a value stands on what is below it', () => {
  const columns = [
    [1, Number.NaN, 1],
    [3, 2, Number.NaN],
    [7, 6, 5],
  ].map((values) => Float64Array.from(values));
  expect([...edge(columns, 1)]).toEqual([1, 0, 1]);
  expect([...edge(columns, 2)]).toEqual([3, 2, 1]);
  expect([...edge(columns, 3)]).toEqual([7, 6, 5]);
  expect(columns.map(hasHoles)).toEqual([true, true, false]);
});

test('what stands on an axis is what its lines are at, whatever the step', () => {
  const labels = (splits: number[], unit = '') => valueLabels(unit)(null, splits);
  expect(labels([0, 2.5, 5, 7.5, 10])).toEqual(['0', '2.5', '5', '7.5', '10']);
  expect(labels([0, 0.25, 0.5], 'GB')).toEqual(['0 GB', '0.25 GB', '0.5 GB']);
  expect(labels([0, 2500, 5000, 7500, 10_000, 12_500])).toEqual(['0', '2.5K', '5K', '7.5K', '10K', '12.5K']);
  expect(labels([0, 250_000, 500_000, 750_000, 1_000_000])).toEqual(['0', '250K', '500K', '750K', '1M']);
  expect(labels([0, 20, 40], '%')).toEqual(['0%', '20%', '40%']);
  expect(labels([1.0000025, 1.000005])).toEqual(['1.0000025', '1.000005']);
});

test('a range of seconds has seconds on its axis, and a range of one second parts of it', () => {
  const start = Date.UTC(2026, 0, 5, 13, 58, 41) / 1000;
  const labels = (step: number, ...places: number[]) =>
    timeLabels('UTC')(null, places.map((place) => start + place * step), 0, 70, step);
  expect(labels(15, 0, 1, 2)).toEqual(['13:58:41', '13:58:56', '13:59:11']);
  expect(labels(1, 0, 1)).toEqual(['13:58:41', '13:58:42']);
  expect(labels(0.1, 1, 9, 10)).toEqual(['13:58:41.1', '13:58:41.9', '13:58:42.0']);
  expect(labels(0.25, 1, 3)).toEqual(['13:58:41.25', '13:58:41.75']);
  expect(labels(60, 0)).toEqual(['13:58']);
});

test('what is stacked stands on 0', () => {
  expect(valueRange(null, null, [], true)(null, 50, 60)[0]).toBe(0);
  expect(valueRange(null, null, [], false)(null, 50, 60)[0]).toBeGreaterThan(40);
});
