/** The scrolling table itself: <regular-table> fed from blocks, with sort buttons in its header. */
import "regular-table";
import type { RegularTableElement } from "regular-table";
import { decimalsFor, formatCell, MISSING, type Cell } from "../format";
import type { Block, Blocks, GridInfo } from "./blocks";

const ROW_HEIGHT = 24; // pixels; grid.css says the same
const HEADER_ROWS = 2;
const LONG_CELL = 40; // characters from which a cell gets a tooltip
const NUMERIC = new Set(["integer", "decimal"]);

export interface TableEvents {
  onSort(column: number, add: boolean): void;
  onWindow(first: number, last: number): void;
  onWait(question: Promise<unknown>): void;
  onError(error: unknown): void;
}

export class GridTable {
  readonly element: RegularTableElement;
  private readonly buttons: HTMLButtonElement[] = [];
  private readonly places = new Map<number, number>();
  private readonly resized: ResizeObserver;
  private scrolled: [number, number] = [0, 0];

  constructor(
    private readonly blocks: Blocks,
    private readonly info: GridInfo,
    private readonly events: TableEvents,
  ) {
    this.element = document.createElement("regular-table") as RegularTableElement;
    this.element.setDataListener(this.window as never, { virtual_mode: "both" });
    this.element.addStyleListener(this.style);
    this.element.addEventListener("regular-table-scroll", () => {
      this.scrolled = [this.element.scrollLeft, this.element.scrollTop];
    });
    // Drawn first when it gets a size: an output may be built before it is attached, and detached when scrolled away.
    this.resized = new ResizeObserver(() => {
      if (this.element.clientWidth === 0) return;
      const [left, top] = this.scrolled;
      if (this.element.scrollTop === 0 && top > 0) this.element.scrollTo(left, top);
      void this.draw();
    });
    this.resized.observe(this.element);
  }

  /** Pixels that all rows need. */
  naturalHeight(): number {
    return (HEADER_ROWS + Math.max(1, this.blocks.rows ?? 0)) * ROW_HEIGHT + 14;
  }

  async draw(): Promise<void> {
    if (this.element.isConnected && this.element.clientWidth > 0) await this.element.draw();
  }

  /** After a new order: show it from its first row. */
  async redrawFromTop(): Promise<void> {
    this.element.scrollTop = 0;
    this.scrolled = [this.scrolled[0], 0];
    await this.draw();
  }

  dispose(): void {
    this.resized.disconnect();
  }

  private readonly window = async (x0: number, y0: number, x1: number, y1: number) => {
    // A question for no cells is one for the number of rows.
    if (this.blocks.rows === undefined) await this.load(0, 0, 1, 1);
    if (x1 > x0 && y1 > y0) await this.load(x0, y0, x1, y1);
    const { columns } = this.info;
    const rows = this.blocks.rows ?? 0;
    const [endX, endY] = [Math.min(x1, columns.length), Math.min(y1, rows)];
    const data: string[][] = [];
    for (let x = x0; x < endX; x++) data.push(this.column(x, y0, endY));
    const labels: string[][] = [];
    for (let y = y0; y < endY; y++) labels.push([this.label(x0, y)]);
    if (endY > y0 && x1 > x0) this.events.onWindow(y0, endY);
    return {
      num_rows: rows,
      num_columns: columns.length,
      row_height: ROW_HEIGHT,
      num_row_headers: 1,
      num_column_headers: HEADER_ROWS,
      column_header_merge_depth: 0,
      merge_headers: "column",
      data,
      row_headers: labels,
      column_headers: Array.from({ length: Math.max(0, endX - x0) }, (_, i) => [this.button(x0 + i), columns[x0 + i]?.kind ?? ""]),
    };
  };

  private async load(x0: number, y0: number, x1: number, y1: number): Promise<void> {
    for (;;) {
      const order = this.blocks.order;
      try {
        const question = this.blocks.missing(x0, y0, x1, y1);
        if (!question) return;
        this.events.onWait(question);
        await question;
      } catch (error) {
        // The table draws what it has: it may not see a rejected promise. An answer to an older order is no news.
        if (order === this.blocks.order) this.events.onError(error);
      }
      if (order === this.blocks.order) return; // else the order changed meanwhile: ask again
    }
  }

  private column(x: number, y0: number, y1: number): string[] {
    const cells: string[] = [];
    for (let y = y0; y < y1; y++) {
      const block = this.blocks.peek(x, y);
      cells.push(block ? formatCell(this.value(block, x, y), this.placesOf(x, block)) : "");
    }
    return cells;
  }

  private value(block: Block, x: number, y: number): Cell {
    return block.columns[x % this.info.block_columns]?.[y % this.info.block_rows];
  }

  private label(x: number, y: number): string {
    return this.blocks.peek(x, y)?.labels[y % this.info.block_rows] ?? "";
  }

  private placesOf(x: number, block: Block): number | null {
    if (this.info.columns[x]?.kind !== "decimal") return null;
    let places = this.places.get(x);
    if (places === undefined) {
      places = decimalsFor(block.columns[x % this.info.block_columns] ?? []);
      this.places.set(x, places);
    }
    return places;
  }

  private button(x: number): HTMLButtonElement {
    const known = this.buttons[x];
    if (known) return known;
    const name = this.info.columns[x]?.name ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "imcp-sort";
    button.dataset["column"] = name;
    button.title = `${name}\nClick to sort, Shift-click to sort by several columns`;
    const text = document.createElement("span");
    text.textContent = name === "" ? " " : name;
    const arrow = document.createElement("span");
    arrow.className = "imcp-sort-arrow";
    arrow.setAttribute("aria-hidden", "true");
    button.append(text, arrow);
    button.addEventListener("click", (event) => this.events.onSort(x, event.shiftKey));
    this.buttons[x] = button;
    return button;
  }

  private readonly style = (): void => {
    const { sort } = this.blocks.order;
    const table = this.element.querySelector("table");
    table?.setAttribute("aria-rowcount", String((this.blocks.rows ?? 0) + HEADER_ROWS));
    table?.setAttribute("aria-colcount", String(this.info.columns.length + 1));
    for (const th of this.element.querySelectorAll<HTMLTableCellElement>("thead th")) {
      const meta = this.element.getMeta(th);
      const x = meta?.type === "column_header" ? meta.x : undefined;
      const isName = meta?.type === "column_header" && meta.column_header_y === 0;
      th.classList.toggle("imcp-numeric", x !== undefined && this.isNumeric(x));
      th.classList.toggle("imcp-kind", meta?.type === "column_header" && !isName);
      const key = isName ? sort.find(({ column }) => column === x) : undefined;
      if (isName) th.setAttribute("aria-sort", key ? (key.descending ? "descending" : "ascending") : "none");
      else th.removeAttribute("aria-sort");
      const arrow = th.querySelector(".imcp-sort-arrow");
      if (arrow) arrow.textContent = key ? (key.descending ? "▼" : "▲") + (sort.length > 1 ? sort.indexOf(key) + 1 : "") : "";
    }
    for (const td of this.element.querySelectorAll<HTMLTableCellElement>("tbody td")) {
      const meta = this.element.getMeta(td);
      if (meta?.type !== undefined && meta.type !== "body") continue;
      const { x, y } = meta as { x: number; y: number };
      const block = this.blocks.peek(x, y);
      const value = block ? this.value(block, x, y) : undefined;
      const missing = block !== undefined && (value === null || value === undefined);
      td.classList.toggle("imcp-numeric", this.isNumeric(x));
      td.classList.toggle("imcp-missing", missing);
      const text = td.textContent ?? "";
      if (missing) td.setAttribute("aria-label", "missing");
      else td.removeAttribute("aria-label");
      if (text.length > LONG_CELL && text !== MISSING) td.title = text;
      else td.removeAttribute("title");
    }
  };

  private isNumeric(x: number): boolean {
    return NUMERIC.has(this.info.columns[x]?.kind ?? "");
  }
}
