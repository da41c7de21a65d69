/** The table of checks: filtered by verdict, each with its evidence on demand. */
import { useSignal } from "@preact/signals";
import { formatNumber, formatValue } from "../format";
import { clamp } from "./arc";
import { VerdictMark } from "./dimensions";
import { bySeverity, VERDICTS, type Check, type Verdict } from "./document";
import { Evidence } from "./evidence";

export function Checks({ checks }: { checks: Check[] }) {
  const chosen = useSignal<Verdict | null>(null);
  if (checks.length === 0) return null;
  const shown = bySeverity(checks).filter(({ verdict }) => chosen.value === null || verdict === chosen.value);
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const choice = (verdict: Verdict | null, words: string) => (
    <button type="button" class="imcp-chip" aria-pressed={chosen.value === verdict} onClick={() => (chosen.value = verdict)}>
      {words}
    </button>
  );
  return (
    <section class="imcp-checks" aria-label="Checks">
      <div class="imcp-section-bar" role="group" aria-label="Show checks by verdict">
        <h4>Checks</h4>
        {choice(null, `all ${checks.length}`)}
        {VERDICTS.filter((verdict) => count(verdict) > 0).map((verdict) => choice(verdict, `${verdict} ${count(verdict)}`))}
      </div>
      <table class="imcp-check-table">
        <thead>
          <tr>
            <th scope="col">check</th>
            <th scope="col">dimension</th>
            <th scope="col" class="imcp-number">
              value
            </th>
            <th scope="col" class="imcp-number">
              threshold
            </th>
            <th scope="col" class="imcp-number">
              score
            </th>
            <th scope="col">verdict</th>
          </tr>
        </thead>
        {shown.map((check) => (
          <CheckRows key={check.id} check={check} />
        ))}
      </table>
    </section>
  );
}

function CheckRows({ check }: { check: Check }) {
  const open = useSignal(false);
  const toggle = () => (open.value = !open.value);
  return (
    <tbody class="imcp-check" data-check={check.id} data-verdict={check.verdict}>
      <tr>
        <td>
          <button type="button" class="imcp-check-title" aria-expanded={open.value} onClick={toggle}>
            <span class="imcp-caret" aria-hidden="true" />
            <span>{check.title}</span>
            {check.gate && <span class="imcp-gate">gate</span>}
          </button>
        </td>
        <td class="imcp-muted">{check.dimension}</td>
        <td class="imcp-number">{formatValue(check.value, check.unit)}</td>
        <td class="imcp-number">{formatNumber(check.threshold)}</td>
        <td class="imcp-number">{check.score === null ? "–" : check.score.toFixed(1)}</td>
        <td>
          <VerdictMark verdict={check.verdict} />
        </td>
      </tr>
      {open.value && (
        <tr class="imcp-check-detail">
          <td colSpan={6}>
            <Detail check={check} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Detail({ check }: { check: Check }) {
  const hasEvidence = Object.keys(check.evidence).length > 0;
  return (
    <div>
      {check.explanation && <p>{check.explanation}</p>}
      <Scale check={check} />
      {check.basis && check.threshold !== null && <p class="imcp-muted">Threshold: {check.basis}</p>}
      {hasEvidence && <Evidence value={check.evidence} />}
      {check.source && <p class="imcp-muted">Source: {check.source}</p>}
      <p class="imcp-muted">
        <code>{check.id}</code>
      </p>
    </div>
  );
}

/** Where the value lies between its floor and its ceiling. */
function Scale({ check }: { check: Check }) {
  const { floor, ceiling, threshold, value, interval, unit } = check;
  const facts: [string, string][] = [];
  if (floor !== null) facts.push(["floor", formatValue(floor, unit)]);
  if (threshold !== null) facts.push(["threshold", formatValue(threshold, unit)]);
  if (ceiling !== null) facts.push(["ceiling", formatValue(ceiling, unit)]);
  if (interval !== null) facts.push(["95 % interval", `${formatNumber(interval[0])} to ${formatNumber(interval[1])}`]);
  const drawn = floor !== null && ceiling !== null && value !== null && floor !== ceiling;
  const at = (x: number) => `${100 * clamp((x - (floor ?? 0)) / ((ceiling ?? 1) - (floor ?? 0)))}%`;
  if (facts.length === 0) return null;
  return (
    <div class="imcp-scale">
      {drawn && (
        <span class="imcp-scale-track" role="img" aria-label={`value ${formatValue(value, unit)} between floor and ceiling`}>
          {threshold !== null && <span class="imcp-scale-threshold" style={{ left: at(threshold) }} />}
          <span class="imcp-scale-value" style={{ left: at(value) }} />
        </span>
      )}
      {facts.map(([name, text]) => (
        <span key={name}>
          <span class="imcp-muted">{name}</span> {text}
        </span>
      ))}
    </div>
  );
}
