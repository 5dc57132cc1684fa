// In whose hands leads are, and accepted ones that nobody touched.
import type { Answer } from "./api.js";
import { bars } from "./bars.js";
import { html } from "./dom.js";
import { figure, tabled } from "./figure.js";
import { change } from "./view.js";
import { count, money, said, when } from "./words.js";

type Balances = Answer<"/v1/ledger/balances">;
type Handovers = Answer<"/v1/handovers">;

export function balancesFigure(balances: Balances, address: string): HTMLElement {
  const name = (key: Record<string, string | null>): string => [key["account"], key["team"]].filter(Boolean).map(said).join(" · ");
  const rows = balances.groups.map(({ key, balance }) => ({ label: name(key), value: balance, text: count(balance), note: "leads" }));
  const { total } = balances;
  const even = total.imbalance === 0 ? "Every lead is in exactly one pair of hands" : `${count(total.imbalance)} leads are out of balance: ask the operators`;
  const about = `${even}: ${count(total.balance)} held, ${count(total.captured)} captured. Of now and of all leads: days and filters are left out here.`;
  const table = { columns: ["account", "team", "leads"], rows: balances.groups.map(({ key, balance }) => [key["account"] ?? "", key["team"] ?? "", balance]) };
  return figure("In whose hands", about, bars(rows, "Leads by who holds them"), table, address);
}

export function deepSixedFigure(handovers: Handovers, address: string): HTMLElement {
  const { deep_sixed: sum } = handovers.total;
  const ages = sum.ages.map((age) => ({
    label: age.days_to === null ? `${age.days_from} days and more` : `${age.days_from} to ${age.days_to} days`,
    value: age.leads,
    text: count(age.leads),
    note: `${money(age.at_risk)} at risk`,
  }));
  const columns = ["lead", "team", "owner", "accepted", "first contact was due"];
  const table = { columns, rows: handovers.deep_sixed.map((one) => [one.lead_id, one.team ?? "", one.owner ?? "", one.accepted_at, one.due_at]) };
  const list = tabled("Deep-sixed leads", { columns, rows: table.rows.map((row) => [row[0] ?? "", row[1] ?? "", row[2] ?? "", when(String(row[3])), when(String(row[4]))]) }, (text, _, column) =>
    column === 0 ? html("button", { type: "button", class: "link", click: () => change({ lead: String(text) }) }, String(text).slice(0, 8)) : text);
  const about = sum.leads
    ? `${count(sum.leads)} leads were accepted and not touched when contact was due.`
    : "No accepted lead waits for its first contact beyond the time that both teams agreed on.";
  const drawn = html("div", {}, bars(ages, "Deep-sixed leads by age"), table.rows.length ? html("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "List of deep-sixed leads" }, list) : null);
  return figure("Deep-sixed", about, drawn, sum.leads ? table : { columns, rows: [["(none)", "", "", "", ""]] }, address);
}
