// Channels by cost per order: what the cohort's orders cost, and how far the choice of a model moves it.
import type { Answer } from "./api.js";
import { bars, type Bar } from "./bars.js";
import { change, leftOut } from "./view.js";
import { figure, type Table } from "./figure.js";
import { amount, money, said } from "./words.js";

export const MODELS = "first_touch,last_touch,linear,position_based,time_decay";
type Costs = Answer<"/v1/costs">;
type Attribution = Answer<"/v1/attribution">;
type Channel = { key: string | null; cost: Costs["groups"][number]; credit: Attribution["groups"][number] | undefined };

export function channelsFigure(costs: Costs, attribution: Attribution, address: string): HTMLElement {
  const left = leftOut();
  const channels = costs.groups.map((cost) => {
    const key = cost.key["channel"] ?? null;
    return { key, cost, credit: attribution.groups.find((one) => one.attributed && (one.key["channel"] ?? null) === key) };
  });
  const order = (one: Channel): number => Number(cpo(one).value?.amount ?? Infinity);
  channels.sort((one, other) => order(one) - order(other) || String(one.key).localeCompare(String(other.key)));
  const rows: Bar[] = channels.map((one) => ({
    label: said(one.key),
    value: cpo(one).value ? Number(cpo(one).value?.amount) : null,
    interval: cpo(one).interval ? pair(cpo(one).interval) : null,
    band: band(one),
    immature: cpo(one).immature === true,
    text: cpo(one).value ? money(cpo(one).value) : "no figure",
    note: note(one),
    ...(one.key ? { go: () => change({ channel: one.key ?? "" }) } : {}),
  }));
  const spent = costs.groups.some(({ numbers }) => Number(numbers.spend.total?.amount ?? 0) > 0);
  const missing = spent ? "" : " No spend was posted for these days, so nothing has a cost: post it to /v1/spend at the door.";
  const about =
    "Cost per order: spend of these days over the orders that its leads bring, cheapest first. The whisker is the interval of 95 %, the pale band is spend over the deals that five attribution models credit. No model says what caused a sale." + left + missing;
  return figure("Channels by cost per order", about, bars(rows, "Cost per order by channel"), table(channels), address);
}

const cpo = (one: Channel) => one.cost.numbers.cohort.cpo;

function pair(interval: readonly unknown[] | null | undefined): [number, number] | null {
  const ends = (interval ?? []).map((end) => (end as { amount?: string } | null)?.amount);
  // An upper end that is not there is one without a bound.
  if (ends[0] === undefined) return null;
  return [Number(ends[0]), ends[1] === undefined ? Infinity : Number(ends[1])];
}

function band({ credit }: Channel): [number, number] | null {
  const spend = Number(credit?.spend?.amount ?? 0);
  const low = Number(credit?.band?.deals.lo ?? 0);
  const high = Number(credit?.band?.deals.hi ?? 0);
  if (!spend || !high) return null;
  return [spend / high, low > 0 ? spend / low : Infinity];
}

function note(one: Channel): string {
  const { numbers } = one.cost;
  const reason = cpo(one).reason ? `${said(cpo(one).reason)}, ` : "";
  const verdict = one.credit?.verdict ? `, by return: ${said(one.credit.verdict)}` : "";
  return `${reason}${money(numbers.spend.total)} spent, ${numbers.cohort.customers} customers${verdict}`;
}

function table(channels: Channel[]): Table {
  const columns = ["channel", "spend", "leads", "customers", "CPO", "CPO from", "CPO to", "spend ÷ credited deals, from", "to", "immature", "verdict", "revenue"];
  const rows = channels.map((one) => {
    const { spend, cohort } = one.cost.numbers;
    const ends = (cpo(one).interval ?? []) as readonly ({ amount: string } | null)[];
    const models = band(one);
    const currency = one.credit?.spend?.currency ?? "";
    const bounded = (value: number | undefined): string =>
      value === undefined ? "" : value === Infinity ? "no bound" : amount(value, currency);
    return [
      said(one.key), spend.total?.amount ?? "", cohort.leads, cohort.customers, cpo(one).value?.amount ?? "", ends[0]?.amount ?? "", ends[1]?.amount ?? "",
      bounded(models?.[0]), bounded(models?.[1]), cpo(one).immature ? "yes" : "no", one.credit?.verdict ?? "", cohort.revenue?.amount ?? "",
    ];
  });
  return { columns, rows };
}
