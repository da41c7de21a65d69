import type { WidgetModel } from "../src/model";

type Listener = (content: unknown, buffers: DataView[]) => void;

export interface Question {
  id: string;
  method: string;
  params: Record<string, unknown>;
}

/** The kernel's end of a model: keeps what is sent, and says what the test tells it to. */
export class Kernel implements WidgetModel {
  readonly questions: Question[] = [];
  private readonly listeners = new Set<Listener>();

  get<T>(): T {
    throw new Error("no state here");
  }

  on(_event: string, listener: Listener): void {
    this.listeners.add(listener);
  }

  off(_event: string, listener: (...args: never[]) => void): void {
    this.listeners.delete(listener as Listener);
  }

  send(content: unknown): void {
    this.questions.push(content as Question);
  }

  say(content: unknown, buffers: DataView[] = []): void {
    for (const listener of this.listeners) listener(content, buffers);
  }
}
