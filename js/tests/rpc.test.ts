import assert from "node:assert/strict";
import { test } from "node:test";
import { RpcClient } from "../src/rpc";
import { Kernel, type Question } from "./fake_model";

const asked = (kernel: Kernel, at: number): Question => kernel.questions[at] as Question;

test("an answer resolves the question with its id, whatever the order", async () => {
  const kernel = new Kernel();
  const rpc = new RpcClient(kernel);
  const first = rpc.call<string>("page", { start: 0 });
  const second = rpc.call<string>("page", { start: 128 });
  assert.deepEqual(asked(kernel, 1).params, { start: 128 });
  kernel.say({ id: asked(kernel, 1).id, result: "b" });
  kernel.say({ id: asked(kernel, 0).id, result: "a" });
  assert.equal((await first).result, "a");
  assert.equal((await second).result, "b");
});

test("buffers come with the answer", async () => {
  const kernel = new Kernel();
  const question = new RpcClient(kernel).call("page", {});
  kernel.say({ id: asked(kernel, 0).id, result: null }, [new DataView(new ArrayBuffer(8))]);
  assert.equal((await question).buffers[0]?.byteLength, 8);
});

test("an error rejects with its field and hint", async () => {
  const kernel = new Kernel();
  const question = new RpcClient(kernel).call("page", {});
  kernel.say({ id: asked(kernel, 0).id, error: { code: "not_found", message: "there is no column 'x'", field: "sort", hint: "use 'y'" } });
  await assert.rejects(question, { code: "not_found", message: "there is no column 'x'", field: "sort", hint: "use 'y'" });
});

test("two views of one model do not take each other's answers", async () => {
  const kernel = new Kernel();
  const [one, other] = [new RpcClient(kernel), new RpcClient(kernel)];
  const mine = one.call<string>("page", {});
  const theirs = other.call<string>("page", {});
  assert.notEqual(asked(kernel, 0).id, asked(kernel, 1).id);
  kernel.say({ id: asked(kernel, 1).id, result: "other" });
  kernel.say({ id: asked(kernel, 0).id, result: "one" });
  assert.equal((await mine).result, "one");
  assert.equal((await theirs).result, "other");
});

test("messages that are no answers are left alone", async () => {
  const kernel = new Kernel();
  const question = new RpcClient(kernel).call<number>("page", {});
  for (const noise of [null, "text", 3, { id: "unknown", result: 1 }, { id: 5, result: 1 }, { id: asked(kernel, 0).id }]) kernel.say(noise);
  kernel.say({ id: asked(kernel, 0).id, result: 7 });
  assert.equal((await question).result, 7);
});

test("closing the view rejects what is still open", async () => {
  const kernel = new Kernel();
  const rpc = new RpcClient(kernel);
  const question = rpc.call("page", {});
  rpc.dispose();
  await assert.rejects(question, { code: "disposed" });
});
