import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Blocks, decodeColumns, nextSort, type GridInfo } from "../src/grid/blocks";
import { alignedBytes } from "../src/model";
import { RpcClient } from "../src/rpc";
import { Kernel } from "./fake_model";

const INFO: GridInfo = {
  rows: 1000,
  columns: [0, 1, 2].map((i) => ({ name: `c${i}`, kind: "integer" })),
  labels: [],
  block_rows: 100,
  block_columns: 2,
  height: 360,
};

function ipc(columns: Record<string, unknown[]>): DataView {
  const bytes = tableToIPC(tableFromArrays(columns as never), { format: "stream" }) as Uint8Array;
  const shifted = new Uint8Array(bytes.byteLength + 3); // message frames do not keep the alignment of buffers
  shifted.set(bytes, 3);
  return new DataView(shifted.buffer, 3);
}

function answerAll(kernel: Kernel, from = 0, rows = 1000): void {
  for (const { id, params } of kernel.questions.slice(from)) {
    const start = params["start"] as number;
    kernel.say({ id, result: { rows, labels: [String(start)] } }, [ipc({ a: [start], b: [start + 1] })]);
  }
}

test("columns are read from a buffer at any offset, nulls included", () => {
  const columns = decodeColumns(ipc({ n: [1, null, 3], s: ["x", "y", null] }));
  assert.deepEqual(Array.from(columns[0] as ArrayLike<unknown>), [1, null, 3]);
  assert.deepEqual(Array.from(columns[1] as ArrayLike<unknown>), ["x", "y", null]);
  assert.equal(alignedBytes(new DataView(new ArrayBuffer(9), 1)).byteOffset, 0);
});

test("a window asks for the blocks it touches, each once", async () => {
  const kernel = new Kernel();
  const blocks = new Blocks(new RpcClient(kernel), INFO, { labels: [], columns: [] });
  assert.equal(blocks.missing(0, 0, 2, 100), undefined);
  const window = blocks.missing(0, 90, 3, 110);
  void blocks.missing(0, 90, 3, 110);
  assert.deepEqual(
    kernel.questions.map(({ params }) => [params["start"], params["columns"]]),
    [
      [0, [2]],
      [100, [0, 1]],
      [100, [2]],
    ],
  );
  answerAll(kernel);
  await window;
  assert.equal(blocks.missing(0, 90, 3, 110), undefined);
  assert.equal(blocks.peek(0, 150)?.labels[0], "100");
});

test("a new order is fetched anew, and the old one is still there", async () => {
  const kernel = new Kernel();
  const blocks = new Blocks(new RpcClient(kernel), INFO, { labels: ["first"], columns: [] });
  blocks.order = { sort: [{ column: 1, descending: true }], filter: [] };
  assert.equal(blocks.peek(0, 0), undefined);
  assert.equal(blocks.rows, undefined);
  const window = blocks.missing(0, 0, 1, 10);
  assert.deepEqual(kernel.questions[0]?.params["sort"], [{ column: 1, descending: true }]);
  answerAll(kernel, 0, 40);
  await window;
  assert.equal(blocks.peek(0, 0)?.labels[0], "0");
  assert.equal(blocks.rows, 40);
  blocks.order = { sort: [], filter: [] };
  assert.equal(blocks.rows, 1000);
  assert.equal(blocks.peek(0, 0)?.labels[0], "first");
});

test("a failed block is asked for again", async () => {
  const kernel = new Kernel();
  const blocks = new Blocks(new RpcClient(kernel), INFO, { labels: [], columns: [] });
  const window = blocks.missing(0, 500, 1, 510) as Promise<unknown>;
  kernel.say({ id: kernel.questions[0]?.id, error: { code: "internal_error", message: "no" } });
  await assert.rejects(window, { code: "internal_error" });
  void blocks.missing(0, 500, 1, 510);
  assert.equal(kernel.questions.length, 2);
  answerAll(kernel, 1);
});

test("clicks on a header go through ascending, descending and none", () => {
  const once = nextSort([], 1, false);
  const twice = nextSort(once, 1, false);
  assert.deepEqual(once, [{ column: 1, descending: false }]);
  assert.deepEqual(twice, [{ column: 1, descending: true }]);
  assert.deepEqual(nextSort(twice, 1, false), []);
});

test("a plain click replaces the order, a shift-click adds to it in place", () => {
  const one = [{ column: 1, descending: false }];
  assert.deepEqual(nextSort(one, 2, false), [{ column: 2, descending: false }]);
  const two = nextSort(one, 2, true);
  assert.deepEqual(two, [...one, { column: 2, descending: false }]);
  assert.deepEqual(nextSort(two, 1, true), [{ column: 1, descending: true }, { column: 2, descending: false }]);
});
