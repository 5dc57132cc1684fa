// The funnel: how many reached each stage, and which share of them goes on.
import type { Answer } from "./api.js";
import { bars, type Bar } from "./bars.js";
import { figure, type Table } from "./figure.js";
import { html } from "./dom.js";
import { count, lasting, said, share } from "./words.js";

export type Funnel = Answer<"/v1/funnel">;

export function funnelFigure(funnel: Funnel, address: string, drill: (address: string) => void): HTMLElement {
  const { stages, steps } = funnel.total;
  const ladder = stages.filter((stage) => stage.reached !== null);
  const beside = stages.filter((stage) => stage.reached === null);
  const reached: Bar[] = ladder.map((stage) => ({
    label: said(stage.stage),
    value: stage.reached,
    text: count(stage.reached),
    note: `reached · ${count(stage.current)} there now`,
    ...(stage.drill?.reached ? { go: () => drill(stage.drill?.reached ?? "") } : {}),
  }));
  const rates: Bar[] = steps.map((step) => ({
    label: `${said(step.from)} → ${said(step.to)}`,
    value: step.rate.value,
    interval: step.rate.interval,
    immature: step.rate.immature === true,
    text: share(step.rate.value),
    note: rateNote(step.rate),
    ...(step.drill ? { go: () => drill(step.drill ?? "") } : {}),
  }));
  const drawn = html(
    "div", { class: "pair" },
    html("div", {}, html("h3", {}, "Leads that reached it"), bars(reached, "Leads that reached each stage"), standing(beside, drill)),
    html("div", {}, html("h3", {}, "Share that goes on; select one to see who did not"), bars(rates, "Share of leads that goes on to the next stage", 1)),
  );
  const about = "Leads captured in these days, followed until now. A whisker is the interval of 95 %; hatched is immature: many leads are still open and may yet go on.";
  return figure("Funnel", about, drawn, stages.some((one) => one.reached) ? table(funnel) : { columns: ["stage"], rows: [] }, address);
}

/** Stages beside the ladder: leads stand there, but do not reach them on their way to a sale. */
function standing(stages: Funnel["total"]["stages"], drill: (address: string) => void): HTMLElement {
  const named = stages.flatMap((stage) => {
    const text = `${said(stage.stage)} ${count(stage.current)}`;
    const address = stage.drill?.current;
    return [" · ", address ? html("button", { type: "button", class: "link", click: () => drill(address) }, text) : text];
  });
  return html("p", { class: "quiet beside" }, "Beside the ladder now: ", ...named.slice(1));
}

export function rateNote(rate: Funnel["total"]["overall"]): string {
  const interval = rate.interval ? `${share(rate.interval[0])} to ${share(rate.interval[1])}` : "no interval";
  const open = rate.immature ? `, immature: ${count(rate.at_risk)} still open` : "";
  return `${interval}, n = ${count(rate.n)}${open}`;
}

function table({ total }: Funnel): Table {
  const columns = ["stage", "reached", "entered", "there now", "goes on to", "share", "from", "to", "n", "plain ratio", "open", "immature", "half take"];
  const rows = total.stages.map((stage) => {
    const step = total.steps.find((one) => one.from === stage.stage);
    const rate = step?.rate;
    const ends = rate?.interval ?? ["", ""];
    return [
      stage.stage, stage.reached ?? "", stage.entered ?? "", stage.current ?? "", step?.to ?? "", rate?.value ?? "", ends[0] ?? "", ends[1] ?? "",
      rate?.n ?? "", rate?.naive ?? "", rate?.at_risk ?? "", rate ? (rate.immature ? "yes" : "no") : "", step ? lasting(step.time?.p50_s) : "",
    ];
  });
  return { columns, rows };
}
