/** How far rows lie from their nearest training row: synthetic ones against rows that nobody learned from. */
import { formatCount, formatNumber } from "../format";
import type { DistancePlot } from "./document";

const WIDTH = 480;
const HEIGHT = 80;

export function Distances({ plot: { edges, synthetic, unseen, unseen_is, rows } }: { plot: DistancePlot }) {
  const top = Math.max(...unseen, ...synthetic, 1e-12);
  const slot = WIDTH / Math.max(1, synthetic.length);
  const height = (share: number) => (HEIGHT * share) / top;
  const steps = synthetic.map((share, i) => `${i === 0 ? "M" : "L"}${i * slot} ${HEIGHT - height(share)}h${slot}`).join("");
  const others = unseen_is === "holdout" ? "unseen real rows" : "real rows among each other";
  const last = formatNumber(edges.at(-1));
  return (
    <section class="imcp-distances" aria-label="Distances to the nearest training row">
      <div class="imcp-section-bar">
        <h4>Distance to the nearest training row</h4>
        <span class="imcp-key">{others}</span>
        <span class="imcp-key imcp-key-synthetic">synthetic ({formatCount(rows)} rows)</span>
      </div>
      <figure class="imcp-distance-chart">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Distances of synthetic rows and of ${others}`}>
          {unseen.map((share, i) => (
            <rect key={i} class="imcp-real" x={i * slot} y={HEIGHT - height(share)} width={slot * 0.92} height={height(share)} />
          ))}
          <path class="imcp-distance-line" d={steps} />
        </svg>
        <div class="imcp-chart-axis imcp-muted">
          <span>0</span>
          <span>≥ {last}</span>
        </div>
      </figure>
    </section>
  );
}
