/**
 * Questions to the kernel over custom messages: `{id, method, params}` → `{id, result | error}`, with buffers beside.
 *
 * A question has no time limit: a kernel that runs a long cell answers when it is free.
 */
import type { WidgetModel } from "./model";

export interface RpcErrorBody {
  code: string;
  message: string;
  field?: string | null;
  hint?: string | null;
}

export interface RpcReply<T> {
  result: T;
  buffers: DataView[];
}

interface Answer {
  id: string;
  result?: unknown;
  error?: RpcErrorBody;
}

interface Waiting {
  resolve(reply: RpcReply<unknown>): void;
  reject(error: Error): void;
}

export class RpcError extends Error {
  readonly code: string;
  readonly field: string | null;
  readonly hint: string | null;

  constructor(body: RpcErrorBody) {
    super(body.message);
    this.name = "RpcError";
    this.code = body.code;
    this.field = body.field ?? null;
    this.hint = body.hint ?? null;
  }
}

export class RpcClient {
  // Several views share one model and hear each other's answers: ids must differ between them.
  private readonly prefix = Math.random().toString(36).slice(2, 10);
  private count = 0;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly model: WidgetModel) {
    model.on("msg:custom", this.onMessage);
  }

  call<T>(method: string, params: Record<string, unknown>): Promise<RpcReply<T>> {
    const id = `${this.prefix}-${++this.count}`;
    return new Promise<RpcReply<T>>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      try {
        this.model.send({ id, method, params });
      } catch (error) {
        this.waiting.delete(id);
        reject(new RpcError({ code: "disconnected", message: `the kernel cannot be reached: ${String(error)}` }));
      }
    });
  }

  dispose(): void {
    this.model.off("msg:custom", this.onMessage);
    for (const { reject } of this.waiting.values()) {
      reject(new RpcError({ code: "disposed", message: "the view was closed" }));
    }
    this.waiting.clear();
  }

  private readonly onMessage = (content: unknown, buffers: DataView[]): void => {
    if (!isAnswer(content)) return;
    const question = this.waiting.get(content.id);
    if (!question) return;
    this.waiting.delete(content.id);
    if (content.error) question.reject(new RpcError(content.error));
    else question.resolve({ result: content.result, buffers: buffers ?? [] });
  };
}

function isAnswer(content: unknown): content is Answer {
  return (
    typeof content === "object" &&
    content !== null &&
    typeof (content as Answer).id === "string" &&
    ("result" in content || "error" in content)
  );
}
