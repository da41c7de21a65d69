/** One bar per dimension, with the interval as a whisker. */
import { clamp } from "./arc";
import type { Dimension, Verdict } from "./document";

const SIGNS: Record<Verdict, string> = { pass: "✓", warn: "!", fail: "✗", skipped: "–" };

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <span class="imcp-verdict" data-verdict={verdict}>
      <span aria-hidden="true">{SIGNS[verdict]}</span> {verdict}
    </span>
  );
}

export function Dimensions({ dimensions }: { dimensions: Dimension[] }) {
  if (dimensions.length === 0) return null;
  const total = dimensions.reduce((sum, { weight }) => sum + weight, 0);
  return (
    <section class="imcp-report-dimensions" aria-label="Dimensions">
      {dimensions.map((dimension) => (
        <DimensionRow key={dimension.name} dimension={dimension} share={total > 0 ? dimension.weight / total : 0} />
      ))}
    </section>
  );
}

function DimensionRow({ dimension, share }: { dimension: Dimension; share: number }) {
  const { name, score, interval, verdict, reason } = dimension;
  const words = score === null ? `skipped${reason ? `: ${reason}` : ""}` : intervalWords(score, interval);
  return (
    <div class="imcp-report-dimension" data-dimension={name} data-verdict={verdict}>
      <span class="imcp-dimension-name" title={`weight ${(100 * share).toFixed(0)} %`}>
        {name}
      </span>
      <span class="imcp-bar" role="img" aria-label={`${name}: ${words}`}>
        {score === null ? <span class="imcp-bar-reason">{reason ?? "skipped"}</span> : <Bar score={score} interval={interval} />}
      </span>
      <span class="imcp-dimension-score" title={words}>
        {score === null ? "–" : score.toFixed(1)}
      </span>
      <VerdictMark verdict={verdict} />
    </div>
  );
}

function Bar({ score, interval }: { score: number; interval: [number, number] | null }) {
  const low = interval ? 100 * clamp(interval[0] / 100) : 0;
  const high = interval ? 100 * clamp(interval[1] / 100) : 0;
  return (
    <>
      <span class="imcp-bar-fill" style={{ width: `${100 * clamp(score / 100)}%` }} />
      {interval && <span class="imcp-whisker" style={{ left: `${low}%`, width: `${Math.max(0.4, high - low)}%` }} />}
    </>
  );
}

function intervalWords(score: number, interval: [number, number] | null): string {
  return `${score.toFixed(1)} of 100` + (interval ? `, 95 % interval ${interval[0].toFixed(1)} to ${interval[1].toFixed(1)}` : "");
}
