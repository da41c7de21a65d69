/** The table preview: a bar with counts and a filter, the grid, and a line that says where one is. */
import { signal, type Signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ErrorBox } from "../error";
import { formatCount, plural } from "../format";
import type { RenderContext } from "../model";
import { RpcClient } from "../rpc";
import { Blocks, decodeColumns, nextSort, type Condition, type GridInfo, type Order } from "./blocks";
import { FilterBar } from "./filter";
import "./grid.css";
import { GridTable } from "./table";

const PATIENCE = 600; // milliseconds before the bar says that the kernel is awaited

interface GridState {
  info: GridInfo;
  order: Signal<Order>;
  rows: Signal<number>;
  shown: Signal<[number, number]>;
  waiting: Signal<boolean>;
  error: Signal<unknown>;
  setOrder(order: Order): void;
  retry(): void;
}

export function renderGrid({ model, el }: RenderContext): () => void {
  const info = model.get<GridInfo>("_info");
  const rpc = new RpcClient(model);
  const first = { labels: info.labels, columns: decodeColumns(model.get<DataView>("_first")) };
  const blocks = new Blocks(rpc, info, first);
  let questions = 0;
  let closed = false;

  const state: GridState = {
    info,
    order: signal(blocks.order),
    rows: signal(info.rows),
    shown: signal([0, 0]),
    waiting: signal(false),
    error: signal(null),
    setOrder(order) {
      blocks.order = order;
      state.order.value = order;
      state.error.value = null;
      void table.redrawFromTop();
    },
    retry() {
      state.error.value = null;
      void table.draw();
    },
  };

  const table = new GridTable(blocks, info, {
    onSort: (column, add) => state.setOrder({ ...blocks.order, sort: nextSort(blocks.order.sort, column, add) }),
    onWindow: (start, end) => {
      state.shown.value = [start, end];
      state.rows.value = blocks.rows ?? 0;
    },
    onWait: (question) => {
      questions += 1;
      const late = setTimeout(() => (state.waiting.value = true), PATIENCE);
      const settled = () => {
        clearTimeout(late);
        questions -= 1;
        if (questions === 0) state.waiting.value = false;
        state.rows.value = blocks.rows ?? 0;
      };
      question.then(settled, settled);
    },
    onError: (error) => {
      if (!closed) state.error.value = error;
    },
  });

  el.classList.add("imcp-grid");
  el.setAttribute("role", "region");
  el.setAttribute("aria-label", "Table preview");
  render(<Grid state={state} table={table} />, el);
  return () => {
    closed = true;
    render(null, el);
    table.dispose();
    rpc.dispose();
  };
}

function Grid({ state, table }: { state: GridState; table: GridTable }) {
  const rows = state.rows.value;
  const height = Math.min(state.info.height, table.naturalHeight());
  const error = state.error.value;
  return (
    <>
      <Bar state={state} />
      {error !== null && <ErrorBox error={error} onRetry={() => state.retry()} />}
      <Host table={table} height={height} />
      <div class="imcp-grid-foot">
        <span>{rows === 0 ? "no rows" : `rows ${formatCount(state.shown.value[0] + 1)}–${formatCount(state.shown.value[1])} of ${formatCount(rows)}`}</span>
        <span role="status">{state.waiting.value ? "waiting for the kernel…" : ""}</span>
      </div>
    </>
  );
}

function Bar({ state }: { state: GridState }) {
  const { info } = state;
  const { sort, filter } = state.order.value;
  const sorted = sort.map(({ column, descending }) => `${info.columns[column]?.name ?? ""} ${descending ? "▼" : "▲"}`).join(", ");
  const filtered = filter.length > 0;
  return (
    <div class="imcp-grid-bar">
      <strong>
        {plural(state.rows.value, "row")}
        {filtered && <span class="imcp-muted"> of {formatCount(info.rows)}</span>} × {plural(info.columns.length, "column")}
      </strong>
      {sort.length > 0 && (
        <button type="button" class="imcp-chip" title="Remove the sorting" onClick={() => state.setOrder({ sort: [], filter })}>
          sorted by {sorted} <span aria-hidden="true">×</span>
        </button>
      )}
      <span class="imcp-space" />
      <FilterBar columns={info.columns} filter={filter} onChange={(next: Condition[]) => state.setOrder({ sort, filter: next })} />
    </div>
  );
}

/** Holds the table element, which preact does not draw. */
function Host({ table, height }: { table: GridTable; height: number }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.append(table.element);
  }, [table]);
  return <div class="imcp-grid-host" ref={host} style={{ height: `${height}px` }} />;
}
