// One page for both teams: asks, draws, and follows the ticker.
import { ask, Refused, type Answer } from "./api.js";
import { channelsFigure, MODELS } from "./channels.js";
import { door, trouble } from "./door.js";
import { html } from "./dom.js";
import { funnelFigure } from "./funnel.js";
import { balancesFigure, deepSixedFigure } from "./hands.js";
import { head } from "./head.js";
import { journeyFigure, leadsFigure } from "./journey.js";
import { kpis, told } from "./kpis.js";
import { Live } from "./live.js";
import { asked, change, view } from "./view.js";
import { count } from "./words.js";

const OF_SPEND = ["channel"];
const RETRY_MS = 10_000;
const top = document.querySelector<HTMLElement>("#head");
const content = document.querySelector<HTMLElement>("#content");
const live = new Live(() => void show());
let shows = 0;
let retry: number | undefined;

async function show(): Promise<void> {
  const mine = (shows += 1);
  clearTimeout(retry);
  try {
    const reader = await ask("/v1/session", "/v1/session");
    const drawn = await numbers();
    // Somebody went on to another view meanwhile.
    if (mine === shows) put(reader, drawn);
  } catch (error) {
    if (mine !== shows) return;
    live.close();
    const closed = error instanceof Refused && (error.status === 401 || error.status === 403);
    top?.replaceChildren(...(closed ? [html("div", { class: "top" }, html("h1", {}, "leadtrace"))] : head(live.state, false)));
    content?.replaceChildren(closed ? door(() => void show()) : trouble(error, () => void show()));
    const waits = error instanceof Refused && (error.status === 0 || error.status >= 500);
    if (waits) retry = setTimeout(() => void show(), RETRY_MS);
  }
}

type Drawn = { parts: HTMLElement[]; funnel: Answer<"/v1/funnel"> };

async function numbers(): Promise<Drawn> {
  const at = {
    funnel: asked("/v1/funnel", {}),
    costs: asked("/v1/costs", { by: "channel" }, OF_SPEND),
    // Its filters are of leads; the channels of spend are picked out of the whole.
    attribution: asked("/v1/attribution", { by: "channel", model: MODELS }, []),
    balances: "/v1/ledger/balances?by=team",
    handovers: asked("/v1/handovers", {}),
  };
  const [funnel, costs, attribution, balances, handovers, metrics] = await Promise.all([
    ask("/v1/funnel", at.funnel),
    ask("/v1/costs", at.costs),
    ask("/v1/attribution", at.attribution),
    ask("/v1/ledger/balances", at.balances),
    ask("/v1/handovers", at.handovers),
    ask("/v1/metrics", "/v1/metrics"),
  ]);
  const { lead, leads } = Object.fromEntries(view());
  const drilled = await Promise.all([
    ...(lead ? [journeyFigure(lead).catch((error: unknown) => trouble(error, () => change({ lead: "" })))] : []),
    // Only this route is asked, whatever stands in the address.
    ...(leads !== undefined ? [leadsFigure(`/v1/leads?${leads}`).catch((error: unknown) => trouble(error, () => change({ leads: "" })))] : []),
  ]);
  const drill = (address: string): void => change({ leads: address.split("?")[1] ?? "", lead: "" });
  const parts = [
    kpis(funnel, costs, metrics),
    ...drilled,
    funnelFigure(funnel, at.funnel, drill),
    channelsFigure(costs, attribution, at.costs),
    balancesFigure(balances, at.balances),
    deepSixedFigure(handovers, at.handovers),
    live.figure,
  ];
  return { parts, funnel };
}

function put(reader: Answer<"/v1/session">, { parts, funnel }: Drawn): void {
  // A form that somebody types in stays as it is.
  if (!top?.contains(document.activeElement)) top?.replaceChildren(...head(live.state, reader.by === "session"));
  const open = new Set([...document.querySelectorAll("details[open]")].map(titled));
  const from = document.activeElement?.textContent ?? null;
  content?.replaceChildren(...parts);
  for (const one of document.querySelectorAll("details")) one.open = open.has(titled(one));
  if (document.activeElement === document.body && from) refocus(from);
  const counts = new Map(funnel.total.stages.map((one) => [one.stage as string, one.reached ?? 0]));
  live.follow(funnel.ticker, counts, (stage, value) => {
    const shown = document.querySelector<HTMLElement>(`[data-metric="${stage}_reached"]`);
    if (shown) told(shown, count(value));
  });
}

const titled = (one: Element): string => one.closest("section")?.querySelector("h2")?.textContent ?? "";

/** Who works by keyboard stays where they were when the numbers are drawn anew. */
function refocus(text: string): void {
  const found = [...(content?.querySelectorAll<HTMLElement>("button, a, summary") ?? [])];
  found.find((one) => one.textContent === text)?.focus({ preventScroll: true });
}

addEventListener("popstate", () => void show());
void show();
