/** Windows of the table, fetched once each and kept while they are likely to be seen again. */
import { tableFromIPC } from "@uwdata/flechette";
import type { Cell } from "../format";
import { alignedBytes } from "../model";
import type { RpcClient } from "../rpc";

export interface ColumnInfo {
  name: string;
  kind: string;
}

export interface GridInfo {
  rows: number;
  columns: ColumnInfo[];
  labels: string[];
  block_rows: number;
  block_columns: number;
  height: number;
}

export interface SortKey {
  column: number;
  descending: boolean;
}

export interface Condition {
  column: number;
  operator: string;
  value: string | null;
}

export interface Order {
  sort: SortKey[];
  filter: Condition[];
}

export interface Block {
  labels: string[];
  columns: ArrayLike<Cell>[];
}

const MAX_BLOCKS = 96;

export function decodeColumns(bytes: DataView | ArrayBuffer): ArrayLike<Cell>[] {
  const table = tableFromIPC(alignedBytes(bytes), { useBigInt: true });
  return Array.from({ length: table.numCols }, (_, i) => table.getChildAt(i).toArray() as ArrayLike<Cell>);
}

export class Blocks {
  order: Order = { sort: [], filter: [] };
  private readonly found = new Map<string, Block>();
  private readonly asked = new Map<string, Promise<Block>>();
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly info: GridInfo,
    first: Block,
  ) {
    this.counts.set(this.orderKey(), info.rows);
    this.found.set(this.key(0, 0), first);
  }

  /** Rows under the current order's filter; undefined until the kernel said so. */
  get rows(): number | undefined {
    return this.counts.get(this.orderKey());
  }

  /** The block that holds row `y` and column `x`, if it is here. */
  peek(x: number, y: number): Block | undefined {
    return this.found.get(this.key(...this.place(x, y)));
  }

  /** All blocks of a window, as one promise; undefined if all are here already. */
  missing(x0: number, y0: number, x1: number, y1: number): Promise<unknown> | undefined {
    const wanted: Promise<Block>[] = [];
    const { block_rows: height, block_columns: width } = this.info;
    const end = Math.min(y1, this.rows ?? 1); // the first block tells the number of rows
    for (let y = Math.floor(y0 / height); y * height < end; y++) {
      for (let x = Math.floor(x0 / width); x * width < Math.min(x1, this.info.columns.length); x++) {
        if (!this.found.has(this.key(x, y))) wanted.push(this.ask(x, y));
      }
    }
    return wanted.length === 0 ? undefined : Promise.all(wanted);
  }

  private ask(x: number, y: number): Promise<Block> {
    const key = this.key(x, y);
    const running = this.asked.get(key);
    if (running) return running;
    const { block_rows: height, block_columns: width, columns } = this.info;
    const positions = Array.from({ length: Math.min(width, columns.length - x * width) }, (_, i) => x * width + i);
    const [order, orderKey] = [this.order, this.orderKey()];
    const question = this.rpc
      .call<{ rows: number; labels: string[] }>("page", { start: y * height, count: height, columns: positions, ...order })
      .then(({ result, buffers }) => {
        const [buffer] = buffers;
        if (!buffer) throw new Error("the kernel's answer holds no rows");
        const block: Block = { labels: result.labels, columns: decodeColumns(buffer) };
        this.counts.set(orderKey, result.rows);
        this.keep(key, block);
        return block;
      })
      .finally(() => this.asked.delete(key));
    this.asked.set(key, question);
    return question;
  }

  private keep(key: string, block: Block): void {
    this.found.set(key, block);
    for (const old of this.found.keys()) {
      if (this.found.size <= MAX_BLOCKS) break;
      this.found.delete(old); // a Map keeps the order of insertion
    }
  }

  private place(x: number, y: number): [number, number] {
    return [Math.floor(x / this.info.block_columns), Math.floor(y / this.info.block_rows)];
  }

  private key(x: number, y: number): string {
    return `${this.orderKey()} ${x} ${y}`;
  }

  private orderKey(): string {
    return JSON.stringify(this.order);
  }
}

/** The next order after a click on a header: ascending, descending, none. `add` keeps the other keys. */
export function nextSort(sort: SortKey[], column: number, add: boolean): SortKey[] {
  const current = sort.find((key) => key.column === column);
  const others = add ? sort.filter((key) => key.column !== column) : [];
  if (!current) return [...others, { column, descending: false }];
  if (!current.descending) return add ? sort.map((key) => (key === current ? { column, descending: true } : key)) : [{ column, descending: true }];
  return others;
}
