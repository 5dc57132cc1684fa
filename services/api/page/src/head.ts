// The head of the page: days and filters, whether it is live, and who reads.
import { end } from "./api.js";
import { html } from "./dom.js";
import { change, FILTERS, view } from "./view.js";

export function head(live: HTMLElement, session: boolean): HTMLElement[] {
  const shown = view();
  const field = (name: string, type: string): HTMLElement =>
    html("label", {}, name, html("input", { name, type, value: shown.get(name) ?? "", autocomplete: "off" }));
  const form = html(
    "form", { "aria-label": "Filters", submit: (event) => apply(event) },
    field("from", "date"), field("to", "date"), ...FILTERS.map((name) => field(name, "text")),
    html("button", { type: "submit" }, "Apply"),
    html("button", { type: "button", click: () => change(Object.fromEntries(["from", "to", ...FILTERS].map((name) => [name, ""]))) }, "Clear"),
  );
  const leave = session
    ? html("button", { type: "button", click: () => void end().then(() => location.reload()) }, "End session")
    : null;
  const top = html(
    "div", { class: "top" }, html("h1", {}, "leadtrace"), live,
    html("nav", { "aria-label": "More" }, html("a", { href: "/docs" }, "API documentation"), leave),
  );
  return [top, form];
}

function apply(event: Event): void {
  event.preventDefault();
  const given = new FormData(event.currentTarget as HTMLFormElement);
  change(Object.fromEntries([...given].map(([name, value]) => [name, String(value).trim()])));
}
