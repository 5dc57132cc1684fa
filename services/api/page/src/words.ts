// How numbers and words are written.

export type Money = { amount: string; currency: string };

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const UNDEFINED = "–";

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? UNDEFINED : whole.format(value);

export const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? UNDEFINED : percent.format(value);

export const money = (value: Money | null | undefined): string =>
  value === null || value === undefined ? UNDEFINED : amount(Number(value.amount), value.currency);

export const amount = (value: number, currency: string): string =>
  new Intl.NumberFormat(undefined, { style: "currency", currency }).format(value);

export const when = (text: string | null | undefined): string =>
  text ? moment.format(new Date(text)) : UNDEFINED;

/** A word of the api as it is read: `paid_search` becomes `paid search`; what has none says so. */
export const said = (word: unknown): string =>
  word === null || word === undefined ? "(none)" : String(word).replaceAll("_", " ");

/** A length of time in its two largest units. */
export function lasting(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return UNDEFINED;
  const units: [string, number][] = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];
  const at = units.findIndex(([, size]) => seconds >= size);
  if (at < 0) return "0 s";
  let left = Math.round(seconds);
  const parts: string[] = [];
  for (const [name, size] of units.slice(at, at + 2)) {
    const whole = Math.floor(left / size);
    if (whole > 0) parts.push(`${whole} ${name}`);
    left -= whole * size;
  }
  return parts.join(" ");
}
