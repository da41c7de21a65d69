/** How closely pairs of columns are related, in real, in synthetic, and how much that changed. */
import type { PairMap } from "./document";

const CELL = 12;
const LABEL = 16;
const FULL_CHANGE = 0.5; // drawn in full colour

export interface PairCell {
  x: number;
  y: number;
  value: number;
  strength: number;
}

/** Cells of a triangle: `values` of the pairs (0, 1), (0, 2), (1, 2), …, in full colour from `full` on. */
export function pairCells(values: (number | null)[], full: number): PairCell[] {
  const cells: PairCell[] = [];
  let x = 0;
  let y = 1;
  for (const value of values) {
    if (value !== null) cells.push({ x, y, value, strength: Math.min(1, Math.abs(value) / full) });
    if (++x === y) {
      x = 0;
      y++;
    }
  }
  return cells;
}

export function PairMaps({ map }: { map: PairMap }) {
  const change = map.real.map((mine, i) => {
    const theirs = map.synthetic[i] ?? null;
    return mine === null || theirs === null ? null : theirs - mine;
  });
  const hidden = map.of - map.columns.length;
  return (
    <section class="imcp-pairs" aria-label="Pairs of columns">
      <div class="imcp-section-bar">
        <h4>Pairs of columns</h4>
        <span class="imcp-muted">
          deeper is closer related; full colour of the change is {FULL_CHANGE} or more
          {hidden > 0 && `; the ${map.columns.length} most related columns of ${map.of}`}
        </span>
      </div>
      <div class="imcp-maps">
        <Triangle title="real" names={map.columns} cells={pairCells(map.real, 1)} />
        <Triangle title="synthetic" names={map.columns} cells={pairCells(map.synthetic, 1)} />
        <Triangle title="change" names={map.columns} cells={pairCells(change, FULL_CHANGE)} />
      </div>
    </section>
  );
}

function Triangle({ title, names, cells }: { title: string; names: string[]; cells: PairCell[] }) {
  const labels = names.map((name) => (name.length > LABEL ? `${name.slice(0, LABEL - 1)}…` : name));
  const width = Math.max(...labels.map((label, i) => CELL * i + 6 + 5 * label.length));
  return (
    <figure class="imcp-map">
      <figcaption>{title}</figcaption>
      <svg style={{ maxWidth: `${1.5 * width}px` }} viewBox={`0 0 ${width} ${CELL * names.length}`} role="img" aria-label={`${title}: relations of ${names.length} columns`}>
        {cells.map(({ x, y, value, strength }) => (
          <g key={`${x} ${y}`}>
            <title>{`${names[x]} × ${names[y]}: ${value.toFixed(2)}`}</title>
            <rect class="imcp-map-ground" x={x * CELL} y={y * CELL} width={CELL - 0.5} height={CELL - 0.5} />
            <rect
              class={title === "change" ? "imcp-map-change" : "imcp-synthetic"}
              x={x * CELL}
              y={y * CELL}
              width={CELL - 0.5}
              height={CELL - 0.5}
              fill-opacity={strength.toFixed(2)}
            />
          </g>
        ))}
        {labels.map((label, i) => (
          <text key={i} x={i * CELL + 3} y={i * CELL + 9}>
            {label}
          </text>
        ))}
      </svg>
    </figure>
  );
}
