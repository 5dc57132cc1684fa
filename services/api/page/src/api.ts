// Asks the api of this very host; types are those of its OpenAPI document.
import type { paths } from "../../../../docs/clients/typescript/schema.js";

type Reading = { [P in keyof paths]: paths[P] extends { get: Answering } ? P : never }[keyof paths];
type Answering = { responses: { 200: { content: { "application/json": unknown } } } };
export type Answer<P extends Reading> = paths[P] extends { get: infer G extends Answering }
  ? G["responses"][200]["content"]["application/json"]
  : never;

export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly remedy: string | null,
  ) {
    super(detail);
  }
}

/** The answer to one question; `route` is the pattern that `address` is of. */
export async function ask<P extends Reading>(_route: P, address: string): Promise<Answer<P>> {
  return (await sent(address, {})).json() as Promise<Answer<P>>;
}

/** Trade a key for the cookie of a session. */
export async function begin(key: string): Promise<void> {
  await sent("/v1/session", { method: "POST", headers: { Authorization: `Bearer ${key}` } });
}

/** Have the browser forget the session. */
export async function end(): Promise<void> {
  await sent("/v1/session", { method: "DELETE" });
}

async function sent(address: string, how: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { ...how, credentials: "same-origin" });
  } catch {
    throw new Refused(0, "The api cannot be reached.", "Look whether it runs; the page tries again by itself.");
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; remedy?: string };
  throw new Refused(answer.status, problem.detail ?? `The api answered ${answer.status}.`, problem.remedy ?? null);
}
