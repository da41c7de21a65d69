/** The part of anywidget's front-end model that the widgets use. */
export interface WidgetModel {
  get<T>(name: string): T;
  on(event: "msg:custom", listener: (content: unknown, buffers: DataView[]) => void): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

export interface RenderContext {
  model: WidgetModel;
  el: HTMLElement;
}

/** The bytes of a synchronised buffer, aligned to 8: Arrow views need it and message frames do not keep it. */
export function alignedBytes(view: DataView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  const source =
    view instanceof ArrayBuffer ? new Uint8Array(view) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new Uint8Array(source);
}
