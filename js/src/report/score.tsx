/** The dial, the level, the badge and the sentence. */
import { formatCount } from "../format";
import { arcPath, clamp, pointAt } from "./arc";
import type { ReportDocument, Words } from "./document";

const RADIUS = 62;
const LEVEL_BOUNDS = [0.25, 0.5, 0.75, 0.9];

export function Score({ report, words }: { report: ReportDocument; words: Words }) {
  const gatf = report.kind === "gatf";
  const places = gatf ? 1 : 3;
  const top = gatf ? 100 : 1;
  const [low, high] = report.interval;
  const label = `score ${words.score}, level ${report.level}, badge ${report.badge}`;
  return (
    <header class="imcp-report-score" data-level={report.level} data-badge={report.badge}>
      <svg class="imcp-dial" viewBox="-80 -80 160 132" role="img" aria-label={label}>
        <path class="imcp-dial-track" d={arcPath(0, 1, RADIUS)} />
        <path class="imcp-dial-value" d={arcPath(0, clamp(report.score / top), RADIUS)} />
        <path class="imcp-dial-interval" d={arcPath(low / top, high / top, RADIUS + 11)} />
        {LEVEL_BOUNDS.map((bound) => {
          const [x0, y0] = pointAt(bound, RADIUS - 7);
          const [x1, y1] = pointAt(bound, RADIUS + 7);
          return <line key={bound} class="imcp-dial-tick" x1={x0} y1={y0} x2={x1} y2={y1} />;
        })}
        <text class="imcp-dial-number" y="4">
          {report.score.toFixed(places)}
        </text>
        <text class="imcp-dial-small" y="22">
          {`${low.toFixed(places)} to ${high.toFixed(places)}`}
        </text>
        <text class="imcp-dial-level" y="44">
          {report.level}
        </text>
      </svg>
      <div class="imcp-report-words">
        <div class="imcp-report-title">
          <h3>{words.title}</h3>
          <span class="imcp-level">{report.level === "none" ? "level none" : report.level}</span>
          <span class="imcp-badge">
            <span class="imcp-medal" aria-hidden="true" />
            {report.badge === "none" ? "badge none" : report.badge}
          </span>
        </div>
        <p>{words.sentence}</p>
        <p class="imcp-muted">
          profile {report.profile} · {report.created.slice(0, 16).replace("T", " ")} · {formatCount(report.replicates)} bootstrap replicates, 95 %
          intervals · seed {report.seed} · {report.seconds.toFixed(1)} s
        </p>
      </div>
    </header>
  );
}
