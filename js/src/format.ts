/** Numbers and words as they are shown. Pure, so that they can be tested without a browser. */

export type Cell = number | bigint | string | boolean | null | undefined;

export const MISSING = "–";
const MAX_DECIMALS = 4;

/** Thousands with commas, whatever the browser's language: the kernel's texts do the same. */
export function formatCount(count: number): string {
  return String(Math.trunc(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** "1 row", "2 rows". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** How many decimal places show all of `values`, at most four. */
export function decimalsFor(values: ArrayLike<Cell>): number {
  let places = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    while (places < MAX_DECIMALS && Math.abs(Number(value.toFixed(places)) - value) > 1e-9 * Math.max(1, Math.abs(value))) {
      places++;
    }
    if (places === MAX_DECIMALS) break;
  }
  return places;
}

/** A decimal number with `places`; very large and very small ones in scientific notation. */
export function formatDecimal(value: number, places: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? MISSING : value > 0 ? "∞" : "-∞";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 0.5 * 10 ** -places)) return value.toExponential(3);
  return value.toFixed(places);
}

/** A table cell. `places` is for decimal columns. */
export function formatCell(value: Cell, places: number | null): string {
  if (value === null || value === undefined) return MISSING;
  if (typeof value === "number" && places !== null) return formatDecimal(value, places);
  return String(value);
}

/** A measured value: four significant digits, no trailing zeros. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatCount(Math.abs(value)).replace(/^/, value < 0 ? "-" : "");
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A value with its unit: "0.912", "12.5 %", "3.2 s". */
export function formatValue(value: number | null | undefined, unit: string): string {
  const text = formatNumber(value);
  return text === MISSING || !unit ? text : `${text} ${unit}`;
}

/** "snake_case" and "kebab-case" keys as words. */
export function humanize(key: string): string {
  const words = key.replace(/[_-]+/g, " ").trim();
  return words === "" ? key : words;
}
