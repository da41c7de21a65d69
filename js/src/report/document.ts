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
}

export interface Dimension {
  name: string;
  score: number | null;
  interval: Interval | null;
  weight: number;
  verdict: Verdict;
  reason: string | null;
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
