// The numbers that both teams share, each with its definition one click away.
import type { Answer } from "./api.js";
import { html } from "./dom.js";
import { rateNote, type Funnel } from "./funnel.js";
import { leftOut } from "./view.js";
import { count, lasting, money, said, share } from "./words.js";

type Metrics = Answer<"/v1/metrics">;
type Costs = Answer<"/v1/costs">;
type Shown = { metric: string; title: string; text: string; note: string };

export function kpis(funnel: Funnel, costs: Costs, metrics: Metrics): HTMLElement {
  const { total } = funnel;
  const reached = (stage: string): number | null => total.stages.find((one) => one.stage === stage)?.reached ?? null;
  const { cpo } = costs.total.cohort;
  const shown: Shown[] = [
    { metric: "inquiry_reached", title: "Leads", text: count(reached("inquiry")), note: "captured in these days" },
    { metric: "mql_reached", title: "MQL", text: count(reached("mql")), note: "reached it" },
    { metric: "sql_reached", title: "SQL", text: count(reached("sql")), note: "reached it" },
    { metric: "customer_reached", title: "Customers", text: count(reached("customer")), note: `half take ${lasting(total.time_to_customer?.p50_s)}` },
    { metric: "overall", title: "Lead to customer", text: share(total.overall.value), note: rateNote(total.overall) },
    { metric: "revenue", title: "Revenue", text: money(total.revenue), note: "of these leads, so far" },
    { metric: "cost_per_order_lag_matched", title: "Cost per order", text: money(cpo.value), note: `${costNote(cpo)}.${leftOut()}` },
  ];
  return html("section", { class: "kpis", "aria-label": "Shared numbers" }, ...shown.map((one) => tile(one, metrics)));
}

function costNote(cpo: Costs["total"]["cohort"]["cpo"]): string {
  if (cpo.reason) return said(cpo.reason);
  const [low, high] = cpo.interval ?? [null, null];
  const range = low ? `${money(low)} to ${high ? money(high) : "no bound"}` : "of these days' spend";
  return cpo.immature ? `${range}, immature` : range;
}

function tile(shown: Shown, metrics: Metrics): HTMLElement {
  const found = metrics.metrics.find((one) => one.name === shown.metric);
  const ask = found
    ? html("button", { type: "button", class: "why", "aria-label": `Definition of ${shown.title}`, click: () => define(shown.title, found, metrics.version) }, "?")
    : null;
  return html(
    "div", { class: "tile" },
    html("p", { class: "tile-title" }, shown.title, " ", ask),
    told(html("p", { class: "tile-text", "data-metric": shown.metric }), shown.text),
    html("p", { class: "quiet" }, shown.note),
  );
}

// How long it is decides how large it stands.
export function told(tile: HTMLElement, text: string): HTMLElement {
  tile.textContent = text;
  tile.style.setProperty("--letters", String(text.length));
  return tile;
}

function define(title: string, metric: Metrics["metrics"][number], version: number): void {
  const rows: [string, string][] = [
    ["Formula", metric.formula], ["Unit", said(metric.unit)], ["Owner", metric.owner],
    ["Decides", metric.decision], ["Link to revenue", metric.revenue_link], ["Asked for at", metric.routes.join(", ")],
  ];
  const close = html("button", { type: "button", click: () => dialog.close() }, "Close");
  const dialog = html(
    "dialog", { "aria-label": `Definition of ${title}`, close: () => dialog.remove() },
    html("h2", {}, title), html("p", {}, metric.description),
    html("dl", {}, ...rows.flatMap(([name, text]) => [html("dt", {}, name), html("dd", {}, text)])),
    html("p", { class: "quiet" }, `Version ${version} of the definitions; `, html("a", { href: "/v1/definitions", target: "_blank", rel: "noopener" }, "who approved it")),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
}
