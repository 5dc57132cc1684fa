// A typed client: paths, parameters and answers are those of the api's OpenAPI document.
import createClient, { type Client } from "openapi-fetch";

import type { paths } from "./schema.js";

type Media = "application/json" | "application/problem+json";
export type Leadtrace = Client<paths, Media>;

/** A client of the api at `baseUrl`; without a key where reading needs none. */
export function leadtrace(baseUrl: string, key?: string): Leadtrace {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  // A filter may be given several times: channel=email&channel=fair.
  return createClient<paths, Media>({ baseUrl, headers, querySerializer: { array: { style: "form", explode: true } } });
}
