// The ticker: what changes is added to the numbers that were asked for, from the position that they were told with.
import { html } from "./dom.js";
import { change, view } from "./view.js";
import { money, said, when, type Money } from "./words.js";

type Row = { basis: string; day: string; stage?: string; channel?: string; segment?: string; reached?: number };
type Notable = { event: string; at: string; lead_id?: string; deal_id?: string; stage?: string; team?: string; amount?: string; currency?: string };

const SHOWN = 30;
const ASK_AGAIN_MS = 5_000;
const STAGES = ["inquiry", "mql", "sql", "customer"];

export class Live {
  readonly state = html("span", { role: "status", class: "live" }, "not connected");
  readonly figure: HTMLElement;
  readonly #list = html("ol", { class: "notable", "aria-label": "Latest events" });
  #stream: EventSource | null = null;
  #again: number | undefined;

  constructor(readonly askAgain: () => void) {
    this.#list.append(html("li", { class: "empty" }, "Nothing happened since this page was opened. What happens appears here by itself."));
    const about = html("p", { class: "quiet" }, "Notable events as they happen: stages reached, handovers, deals.");
    const api = html("a", { href: "/v1/ticker", target: "_blank", rel: "noopener" }, "API call");
    this.figure = html("section", { class: "figure" }, html("div", { class: "figure-head" }, html("h2", {}, "Live"), about), this.#list, html("p", { class: "tools" }, api));
  }

  /** Follow what comes behind a position; `counts` are the whole numbers that differences are added to. */
  follow(position: string | null, counts: Map<string, number>, show: (stage: string, value: number) => void): void {
    this.close();
    const start = position ? `?last_event_id=${encodeURIComponent(position)}` : "";
    const stream = new EventSource(`/v1/ticker${start}`);
    this.#stream = stream;
    stream.addEventListener("open", () => this.#say("live"));
    stream.addEventListener("error", () => this.#say("connection lost, trying again"));
    stream.addEventListener("funnel", (event) => {
      const { rows } = JSON.parse(event.data as string) as { rows: Row[] };
      for (const row of rows.filter(counted)) {
        const stage = row.stage ?? "";
        counts.set(stage, (counts.get(stage) ?? 0) + (row.reached ?? 0));
        if (STAGES.includes(stage)) show(stage, counts.get(stage) ?? 0);
      }
      // Rates and their intervals cannot be added up: they are asked for anew when it is quiet, or soon.
      this.#again ??= setTimeout(this.askAgain, ASK_AGAIN_MS);
    });
    stream.addEventListener("notable", (event) => this.#tell(JSON.parse(event.data as string) as Notable));
    stream.addEventListener("reset", () => this.askAgain());
  }

  close(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#stream?.close();
    this.#stream = null;
  }

  #say(text: string): void {
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.classList.toggle("on", text === "live");
  }

  #tell(one: Notable): void {
    this.#list.querySelector(".empty")?.remove();
    const amount = one.amount && one.currency ? money({ amount: one.amount, currency: one.currency } satisfies Money) : null;
    const text = [said(one.event), one.stage, one.team, amount].filter(Boolean).join(" · ");
    const lead = one.lead_id;
    const opened = lead ? html("button", { type: "button", class: "link", click: () => change({ lead }) }, lead.slice(0, 8)) : null;
    this.#list.prepend(html("li", {}, html("time", { datetime: one.at }, when(one.at)), " ", text, " ", opened));
    while (this.#list.children.length > SHOWN) this.#list.lastElementChild?.remove();
  }
}

/** Whether a difference is of the leads that are shown; other filters than these are only asked for anew. */
function counted(row: Row): boolean {
  const shown = view();
  if (row.basis !== "cohort" || !row.stage || ["region", "owner", "team"].some((name) => shown.has(name))) return false;
  const from = shown.get("from") ?? "";
  const to = shown.get("to") ?? "9999";
  return row.day >= from && row.day <= to && is(shown, "channel", row.channel) && is(shown, "segment", row.segment);
}

const is = (shown: URLSearchParams, name: string, key: string | undefined): boolean =>
  !shown.has(name) || shown.getAll(name).includes(key ?? "");
