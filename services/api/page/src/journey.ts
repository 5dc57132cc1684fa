// Leads behind a number, and one lead's way: every hop, in whose hands it was, and how long it stayed.
import { ask, type Answer } from "./api.js";
import { html, type Child } from "./dom.js";
import { figure, tabled } from "./figure.js";
import { change } from "./view.js";
import { count, lasting, money, said, when } from "./words.js";

type Trace = Answer<"/v1/leads/{lead_id}/trace">;
type Entry = Trace["entries"][number];

export async function leadsFigure(address: string): Promise<HTMLElement> {
  const found = await ask("/v1/leads", address);
  const columns = ["lead", "stage", "status", "channel", "owner", "score", "captured"];
  const rows = found.leads.map((lead) => [
    lead.lead_id, said(lead.stage), lead.status, said(lead.dimensions["channel"]), said(lead.dimensions["owner"]), lead.score?.total ?? "", lead.captured_at,
  ]);
  const list = tabled("Leads", { columns, rows }, (text, _, column) =>
    column === 0 ? html("button", { type: "button", class: "link", click: () => change({ lead: String(text) }) }, String(text).slice(0, 8))
    : column === 6 ? when(String(text)) : text);
  const more = found.next ? "The first of them; the API call goes on with the next page." : "All of them.";
  const drawn = html("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "List of leads" }, list);
  const close = html("button", { type: "button", click: () => change({ leads: "" }) }, "Close the list");
  return figure("Leads behind the number", `${count(rows.length)} leads. ${more}`, drawn, { columns, rows }, address, close);
}

export async function journeyFigure(lead: string): Promise<HTMLElement> {
  const address = `/v1/leads/${encodeURIComponent(lead)}/trace`;
  const trace = await ask("/v1/leads/{lead_id}/trace", address);
  const way = html("ol", { class: "journey" }, ...trace.entries.map(hop));
  const drawn = html("div", { class: "way", tabindex: 0, role: "region", "aria-label": "Journey" }, way);
  const columns = ["at", "kind", "what", "held by", "stayed", "raw id"];
  const rows = trace.entries.map((one) => [one.at, one.kind, what(one), held(one), lasting(one.dwell_s), one.raw_id ?? ""]);
  const cut = trace.truncated ? " The way is longer than the api tells at once." : "";
  const close = html("button", { type: "button", click: () => change({ lead: "" }) }, "Close the journey");
  return figure(`Journey of lead ${trace.lead_id.slice(0, 8)}`, `Every hop in order of time, with the hands it went through.${cut}`, drawn, { columns, rows }, address, close);
}

function hop(one: Entry): HTMLElement {
  const stayed: Child = one.dwell_s ? html("span", { class: "dwell" }, `stayed ${lasting(one.dwell_s)}`) : null;
  return html(
    "li", { class: `hop ${one.kind}` },
    html("time", { datetime: one.at }, when(one.at)), html("strong", {}, what(one)),
    html("span", { class: "quiet" }, [held(one), one.source].filter(Boolean).join(" · ")), stayed,
  );
}

function held(one: Entry): string {
  const { hands } = one;
  return hands ? [hands.account, hands.team, hands.owner ?? hands.partner].filter(Boolean).map(said).join(" · ") : "";
}

function what(one: Entry): string {
  if (one.hands) return `in the hands of ${held(one)}`;
  if (one.stage) return `stage ${said(one.stage.stage)} (${said(one.stage.kind)})`;
  if (one.score) return `score ${one.score.total}, ${said(one.score.band)}`;
  if (one.deal) return `deal ${said(one.deal.status)}${one.deal.amount ? `, ${money(one.deal.amount)}` : ""}`;
  return one.type ? said(one.type.replace(/^io\.leadtrace\.|\.v1$/g, "").replace(".", " ")) : said(one.kind);
}
