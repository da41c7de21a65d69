import assert from "node:assert/strict";
import { test } from "node:test";
import { decimalsFor, formatCell, formatCount, formatNumber, formatValue, humanize, MISSING, plural } from "../src/format";

test("counts are grouped in thousands", () => {
  assert.equal(formatCount(1_000_000), "1,000,000");
  assert.equal(formatCount(999), "999");
  assert.equal(plural(1, "row"), "1 row");
  assert.equal(plural(2000, "row"), "2,000 rows");
});

test("a decimal column shows as many places as its values need, at most four", () => {
  assert.equal(decimalsFor([1, 2, 3]), 0);
  assert.equal(decimalsFor([1.5, 2.25, null]), 2);
  assert.equal(decimalsFor([Math.PI, Number.NaN, Number.POSITIVE_INFINITY]), 4);
});

test("missing cells are a dash, and whole numbers beyond 2^53 stay exact", () => {
  assert.equal(formatCell(null, 2), MISSING);
  assert.equal(formatCell(undefined, null), MISSING);
  assert.equal(formatCell(9007199254740993n, null), "9007199254740993");
  assert.equal(formatCell(false, null), "false");
});

test("decimals too small or too large for their places are scientific", () => {
  assert.equal(formatCell(2.5, 2), "2.50");
  assert.equal(formatCell(0, 2), "0.00");
  assert.equal(formatCell(0.0001, 2), "1.000e-4");
  assert.equal(formatCell(1e20, 2), "1.000e+20");
  assert.equal(formatCell(Number.NEGATIVE_INFINITY, 2), "-∞");
});

test("measured values have four significant digits", () => {
  assert.equal(formatNumber(0.94123), "0.9412");
  assert.equal(formatNumber(-1234), "-1,234");
  assert.equal(formatNumber(0.00001234), "1.23e-5");
  assert.equal(formatNumber(null), MISSING);
  assert.equal(formatValue(0.5, "AUC"), "0.5 AUC");
  assert.equal(formatValue(null, "AUC"), MISSING);
});

test("keys read as words", () => {
  assert.equal(humanize("worst_columns"), "worst columns");
  assert.equal(humanize("__"), "__");
});
