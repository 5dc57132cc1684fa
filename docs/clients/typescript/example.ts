// Prints how many leads of each channel became customers: node build/example.js http://127.0.0.1:8000 [KEY]
import { leadtrace } from "./leadtrace.js";

const [address = "http://127.0.0.1:8000", key] = process.argv.slice(2);
const client = leadtrace(address, key);

const { data, error } = await client.GET("/v1/funnel", { params: { query: { by: "channel", top: 5 } } });
if (error !== undefined) {
  throw new Error(`${error.title}: ${error.detail}`);
}
for (const group of data.groups) {
  const { value, interval, immature } = group.overall;
  const share = value === null ? "nobody yet" : `${(100 * value).toFixed(1)} %`;
  const range = interval === null ? "" : ` (${interval.map((end) => (100 * end).toFixed(1)).join(" to ")} %)`;
  console.log(`${group.key.channel ?? "(none)"}: ${share}${range}${immature === true ? ", immature" : ""}`);
}
const customers = data.total.stages.find((row) => row.stage === "customer");
console.log(`customers: ${customers?.reached ?? 0}`);
