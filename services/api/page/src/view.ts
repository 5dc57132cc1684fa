// What is looked at, kept in the address, so that a view can be sent to somebody.

export const FILTERS = ["channel", "segment", "region", "owner", "team"] as const;
const DAYS = ["from", "to"] as const;

export const view = (): URLSearchParams => new URLSearchParams(location.search);

/** Go on with other parameters; an empty value leaves one out. */
export function change(values: Record<string, string>): void {
  const next = view();
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  history.pushState(null, "", `${location.pathname}?${next}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** A sentence that names the filters which numbers of spend cannot take; empty if none is set. */
export function leftOut(): string {
  const shown = view();
  const names = FILTERS.filter((name) => name !== "channel" && shown.has(name));
  return names.length ? ` Spend is not known by ${names.join(", ")}: left out here.` : "";
}

/** An address of the api with the days and those filters of the view that its route takes. */
export function asked(route: string, more: Record<string, string>, filters: readonly string[] = FILTERS): string {
  const parameters = new URLSearchParams(more);
  const shown = view();
  for (const name of [...DAYS, ...filters]) {
    for (const value of shown.getAll(name)) parameters.append(name, value);
  }
  const text = parameters.toString();
  return text ? `${route}?${text}` : route;
}
