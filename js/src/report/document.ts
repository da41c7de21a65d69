/** The report as the kernel sends it: the JSON form of `ReportDocument`. */
export type Verdict = "pass" | "warn" | "fail" | "skipped";
export type Interval = [number, number];

export interface Check {
  id: string;
  dimension: string;
  title: string;
  value: number | null;
  unit: string;
  floor: number | null;
  ceiling: number | null;
  threshold: number | null;
  score: number | null;
  interval: Interval | null;
  verdict: Verdict;
  gate: boolean;
  evidence: Record<string, unknown>;
  explanation: string;
  source: string;
  basis?: string;
}

export interface Dimension {
  name: string;
  score: number | null;
  interval: Interval | null;
  weight: number;
  verdict: Verdict;
  reason: string | null;
}

export interface Control {
  framework: string;
  control: string;
  title: string;
  checks: string[];
  verdict: Verdict;
}

/** Relations of the pairs (0, 1), (0, 2), (1, 2), (0, 3), … of `columns`. */
export interface PairMap {
  columns: string[];
  of: number;
  real: (number | null)[];
  synthetic: (number | null)[];
}

/** Shares of rows by distance; the last bin is open. */
export interface DistancePlot {
  edges: number[];
  synthetic: number[];
  unseen: number[];
  unseen_is: "holdout" | "real";
  rows: number;
}

export interface Reason {
  subject: string;
  value: number;
  why: string;
}

export interface ReportDocument {
  kind: "validation" | "gatf";
  profile: string;
  created: string;
  score: number;
  interval: Interval;
  level: string;
  badge: string;
  gates_failed: string[];
  dimensions: Dimension[];
  checks: Check[];
  replicates: number;
  seed: number;
  seconds: number;
  versions: Record<string, string>;
  distributions: Record<string, unknown>[];
  controls?: Control[];
  pair_map?: PairMap | null;
  distances?: DistancePlot | null;
  weights?: Reason[];
  thresholds?: Reason[];
}

/** Words that the kernel made, so that the static picture and the widget say the same. */
export interface Words {
  title: string;
  sentence: string;
  score: string;
}

export const VERDICTS: readonly Verdict[] = ["fail", "warn", "pass", "skipped"];

/** Faults first, else in the document's order. */
export function bySeverity(checks: Check[]): Check[] {
  return [...checks].sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
}
