// A figure: what is drawn, the same numbers as a table, as CSV, and the call of the api that they come from.
import { html, type Child } from "./dom.js";

export type Table = { columns: string[]; rows: (string | number)[][] };

export function figure(
  title: string,
  about: string,
  drawn: Child,
  table: Table,
  address: string,
  ...more: Child[]
): HTMLElement {
  const status = html("span", { role: "status", class: "quiet" });
  const copy = html("button", { type: "button", click: () => void copied(table, status) }, "Copy as CSV");
  const open = html("a", { href: address, target: "_blank", rel: "noopener" }, "API call");
  const head = html("div", { class: "figure-head" }, html("h2", {}, title), html("p", { class: "quiet" }, about));
  const body = table.rows.length ? drawn : empty();
  const numbers = html(
    "details", {}, html("summary", {}, "Numbers as a table"), html("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `${title}, as a table` }, tabled(title, table)),
  );
  return html("section", { class: "figure" }, head, body, ...more, numbers, html("p", { class: "tools" }, copy, open, status));
}

export function tabled(caption: string, table: Table, cell: (text: string | number, row: number, column: number) => Child = (text) => text): HTMLElement {
  const head = html("tr", {}, ...table.columns.map((name) => html("th", { scope: "col" }, name)));
  const rows = table.rows.map((row, place) =>
    html("tr", {}, ...row.map((text, column) =>
      column === 0 ? html("th", { scope: "row" }, cell(text, place, 0)) : html("td", {}, cell(text, place, column)))),
  );
  return html("table", {}, html("caption", { class: "hidden" }, caption), html("thead", {}, head), html("tbody", {}, ...rows));
}

function empty(): HTMLElement {
  return html(
    "p", { class: "empty" },
    "Nothing is here for these filters. Widen the days, clear the filters, or post events: ",
    html("code", {}, "make demo"), " posts a day of them.",
  );
}

async function copied(table: Table, status: HTMLElement): Promise<void> {
  const lines = [table.columns, ...table.rows].map((row) => row.map(quoted).join(","));
  try {
    await navigator.clipboard.writeText(`${lines.join("\r\n")}\r\n`);
    status.textContent = "Copied.";
  } catch {
    status.textContent = "The browser did not allow it; open the table and copy from there.";
  }
}

// A spreadsheet would run what begins like a formula.
function quoted(cell: string | number): string {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
