import assert from "node:assert/strict";
import { test } from "node:test";
import { arcPath, pointAt } from "../src/report/arc";
import { bySeverity, type Check } from "../src/report/document";
import { readDistribution } from "../src/report/distributions";
import { namedRecords } from "../src/report/evidence";
import { pairCells } from "../src/report/pairs";

test("the dial starts bottom left, passes the top and ends bottom right", () => {
  const [x0, y0] = pointAt(0, 100);
  const [x1, y1] = pointAt(1, 100);
  assert.deepEqual([x0, y0], [-x1, y1]);
  assert.deepEqual(pointAt(0.5, 100), [0, -100]);
  assert.deepEqual(pointAt(7, 100), [x1, y1]);
});

test("an arc of more than half a circle takes the long way", () => {
  assert.equal(arcPath(0, 1, 10).includes(" 0 1 1 "), true);
  assert.equal(arcPath(0.4, 0.6, 10).includes(" 0 0 1 "), true);
});

test("failed checks come first and equal verdicts keep their order", () => {
  const checks = ["pass", "skipped", "fail", "warn", "pass"].map((verdict, i) => ({ id: String(i), verdict }) as unknown as Check);
  assert.deepEqual(
    bySeverity(checks).map(({ id }) => id),
    ["2", "3", "0", "4", "1"],
  );
});

test("a distribution needs one share per bin; real shares may be absent", () => {
  const read = readDistribution({ column: "age", bins: ["< 20", "≥ 20"], real: null, synthetic: [0.25, 0.75] });
  assert.deepEqual(read, { column: "age", bins: ["< 20", "≥ 20"], real: null, synthetic: [0.25, 0.75] });
  assert.equal(readDistribution({ column: "age", bins: ["a"], synthetic: [0.5, 0.5] }), null);
  assert.equal(readDistribution({ column: "age" }), null);
});

test("the pairs of a map run row by row below the diagonal", () => {
  const cells = pairCells([0.9, null, -0.25], 0.5);
  assert.deepEqual(
    cells.map(({ x, y, strength }) => [x, y, strength]),
    [
      [0, 1, 1],
      [1, 2, 0.5],
    ],
  );
});

test("records by name become rows that begin with the name", () => {
  assert.deepEqual(namedRecords({ a: { real: 1 }, b: { real: 2 } }), [
    { "": "a", real: 1 },
    { "": "b", real: 2 },
  ]);
  assert.equal(namedRecords({ a: { real: 1 } }), null);
  assert.equal(namedRecords({ a: { real: 1 }, b: 2 }), null);
});
