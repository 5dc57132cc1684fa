// What is shown instead of numbers: a door that asks for a key, or what went wrong and what to do.
import { begin, Refused } from "./api.js";
import { html } from "./dom.js";

export function door(opened: () => void): HTMLElement {
  const problem = html("p", { role: "alert" });
  const key = html("input", { type: "password", name: "key", autocomplete: "off", required: true, "aria-describedby": "door-why" });
  const enter = async (): Promise<void> => {
    try {
      await begin(key.value.trim());
      opened();
    } catch (error) {
      problem.textContent = words(error);
    } finally {
      key.value = "";
    }
  };
  const form = html(
    "form", { submit: (event) => { event.preventDefault(); void enter(); } },
    html("label", {}, "API key that may read", key), html("button", { type: "submit" }, "Show the numbers"),
  );
  const why = html(
    "p", { id: "door-why", class: "quiet" }, "Make one with ", html("code", {}, "leadtrace keys create --scope read --name page"),
    ". It is traded once for a cookie that no script can read; the page does not keep the key.",
  );
  return html("section", { class: "figure door" }, html("h2", {}, "A key is needed"), form, why, problem);
}

export function trouble(error: unknown, again: () => void): HTMLElement {
  return html(
    "section", { class: "figure", role: "alert" },
    html("h2", {}, "This could not be shown"), html("p", {}, words(error)),
    html("button", { type: "button", click: again }, "Try again"),
  );
}

const words = (error: unknown): string =>
  error instanceof Refused ? [error.message, error.remedy].filter(Boolean).join(" ") : String(error);
