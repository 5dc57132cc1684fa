// Bars with what is uncertain about them: an interval as a whisker, a band behind, hatching where it is immature.
import { scaleLinear } from "d3-scale";
import { html, svg } from "./dom.js";

export type Bar = {
  label: string;
  value: number | null;
  interval?: readonly [number, number] | null;
  band?: readonly [number, number] | null;
  immature?: boolean;
  text: string;
  note: string;
  go?: () => void;
};

const WIDTH = 1000;
const HEIGHT = 26;
let patterns = 0;

/** `most` is what the whole width stands for; without it the largest number shown. */
export function bars(rows: Bar[], label: string, most?: number): HTMLElement {
  const largest = (numbers: number[]): number => Math.max(0, ...numbers.filter(Number.isFinite));
  // One wide interval, or one without end, must not make all bars invisible.
  const values = largest(rows.map((row) => row.value ?? 0)) || largest(rows.map((row) => row.band?.[0] ?? 0));
  const ends = largest(rows.flatMap((row) => [row.value ?? 0, row.interval?.[1] ?? 0, row.band?.[1] ?? 0]));
  const top = most ?? (Math.min(ends, 3 * values) || 1);
  const x = scaleLinear().domain([0, top]).range([0, WIDTH]).clamp(true);
  return html("ul", { class: "bars", "aria-label": label }, ...rows.map((row) => line(row, x, top)));
}

function line(row: Bar, x: (value: number) => number, top: number): HTMLElement {
  const name = row.go
    ? html("button", { type: "button", class: "link", click: row.go }, row.label)
    : html("span", {}, row.label);
  const text = html("span", { class: "bar-text" }, html("strong", {}, row.text), " ", html("span", { class: "quiet" }, row.note));
  return html("li", {}, name, drawing(row, x, top), text);
}

function drawing(row: Bar, x: (value: number) => number, top: number): SVGSVGElement {
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn.append(svg("rect", { class: "track", width: WIDTH, height: HEIGHT }));
  if (row.band) {
    const [low, high] = row.band;
    drawn.append(svg("rect", { class: "band", x: x(low), width: Math.max(3, x(high) - x(low)), height: HEIGHT }));
  }
  if (row.value !== null) {
    const size = { y: 5, width: x(row.value), height: HEIGHT - 10 };
    drawn.append(svg("rect", { class: "bar", ...size }));
    if (row.immature) drawn.append(...hatching(size));
  }
  if (row.interval) {
    const [low, high] = row.interval.map(x) as [number, number];
    // What goes on beyond the edge has no cap there.
    const cap = row.interval[1] > top ? "" : `M${high} 3V${HEIGHT - 3}`;
    const path = `M${low} 3V${HEIGHT - 3}M${low} ${HEIGHT / 2}H${high}${cap}`;
    drawn.append(svg("path", { class: "whisker", d: path }));
  }
  return drawn;
}

function hatching(size: Record<string, number>): SVGElement[] {
  const id = `hatch-${(patterns += 1)}`;
  const pattern = svg(
    "pattern", { id, width: 12, height: 12, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { class: "hatch", width: 5, height: 12 }),
  );
  return [svg("defs", {}, pattern), svg("rect", { ...size, fill: `url(#${id})` })];
}
