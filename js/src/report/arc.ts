/** Geometry of the dial: an arc of 240 degrees, open at the bottom. */
const START = 150; // degrees, clockwise from three o'clock
const SWEEP = 240;

/** The point at `fraction` (0 to 1) of the dial with radius `r` around the origin. */
export function pointAt(fraction: number, r: number): [number, number] {
  const angle = ((START + SWEEP * clamp(fraction)) * Math.PI) / 180;
  return [round(r * Math.cos(angle)), round(r * Math.sin(angle))];
}

/** SVG path of the arc from one fraction to another. */
export function arcPath(from: number, to: number, r: number): string {
  const [x0, y0] = pointAt(from, r);
  const [x1, y1] = pointAt(to, r);
  const large = (clamp(to) - clamp(from)) * SWEEP > 180 ? 1 : 0;
  return `M ${x0} ${y0} A ${r} ${r} 0 ${large} 1 ${x1} ${y1}`;
}

export function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}

function round(value: number): number {
  return Math.round(value * 100) / 100 + 0; // no negative zero
}
