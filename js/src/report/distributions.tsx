/** Real and synthetic shares side by side, one small chart per column. */
import { useSignal } from "@preact/signals";
import { formatNumber } from "../format";

const FIRST = 12;
const WIDTH = 180;
const HEIGHT = 64;

export interface Distribution {
  column: string;
  bins: string[];
  real: number[] | null;
  synthetic: number[];
}

/** The document's entry `{column, bins, real, synthetic}` as a chart, or null where it holds no shares. */
export function readDistribution(entry: Record<string, unknown>): Distribution | null {
  const { column, bins } = entry;
  const synthetic = shares(entry["synthetic"]);
  if (!Array.isArray(bins) || synthetic === null || synthetic.length !== bins.length || bins.length === 0) return null;
  return { column: String(column ?? ""), bins: bins.map(String), real: shares(entry["real"]), synthetic };
}

function shares(value: unknown): number[] | null {
  return Array.isArray(value) ? value.map((item) => (typeof item === "number" && Number.isFinite(item) ? item : 0)) : null;
}

export function Distributions({ entries }: { entries: Record<string, unknown>[] }) {
  const all = useSignal(false);
  const found = entries.map(readDistribution).filter((one) => one !== null);
  if (found.length === 0) return null;
  const shown = all.value ? found : found.slice(0, FIRST);
  return (
    <section class="imcp-distributions" aria-label="Distributions">
      <div class="imcp-section-bar">
        <h4>Distributions</h4>
        {found.some(({ real }) => real !== null) && <span class="imcp-key">real</span>}
        <span class="imcp-key imcp-key-synthetic">synthetic</span>
        {found.length > FIRST && (
          <button type="button" class="imcp-chip" aria-pressed={all.value} onClick={() => (all.value = !all.value)}>
            {all.value ? "show fewer" : `show all ${found.length}`}
          </button>
        )}
      </div>
      <div class="imcp-charts">
        {shown.map((one, number) => (
          <Chart key={number} distribution={one} />
        ))}
      </div>
    </section>
  );
}

function Chart({ distribution: { column, bins, real, synthetic } }: { distribution: Distribution }) {
  const top = Math.max(...(real ?? []), ...synthetic, 1e-12);
  const slot = WIDTH / bins.length;
  const bar = slot * 0.42;
  const rect = (share: number, x: number, name: string) => (
    <rect class={`imcp-${name}`} x={x} y={HEIGHT - (HEIGHT * share) / top} width={bar} height={(HEIGHT * share) / top} />
  );
  return (
    <figure class="imcp-chart" data-column={column}>
      <figcaption title={column}>{column}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Shares of ${column}, real and synthetic`}>
        {bins.map((label, i) => (
          <g key={i}>
            <title>{`${label}\n${real ? `real ${percent(real[i])}, ` : ""}synthetic ${percent(synthetic[i])}`}</title>
            <rect class="imcp-hit" x={i * slot} y={0} width={slot} height={HEIGHT} />
            {real && rect(real[i] ?? 0, i * slot + slot * 0.06, "real")}
            {rect(synthetic[i] ?? 0, i * slot + slot * 0.52, "synthetic")}
          </g>
        ))}
      </svg>
      <div class="imcp-chart-axis imcp-muted">
        <span>{bins[0]}</span>
        {bins.length > 1 && <span>{bins.at(-1)}</span>}
      </div>
    </figure>
  );
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${formatNumber(100 * share)} %`;
}
