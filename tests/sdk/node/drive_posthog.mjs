// Drives posthog-node as its documentation does: `drive_posthog.mjs HOST KEY COUNT`.
import { PostHog } from "posthog-node";

const [host, key, count] = process.argv.slice(2);
const failed = [];
const client = new PostHog(key, { host, flushAt: 5, flushInterval: 50, fetchRetryCount: 10, fetchRetryDelay: 200 });
client.on("error", (why) => failed.push(why));

for (let number = 0; number < Number(count); number++) {
  client.capture({ distinctId: `user-${number}`, event: "Video Played", properties: { title: "Tour" } });
}
const distinctId = "user-0";
client.identify({ distinctId, properties: { email: "ada@acme.example", title: "Head of Sales" } });
client.capture({
  distinctId,
  event: "$pageview",
  properties: { $current_url: "https://acme.example/pricing?gclid=1" },
});
client.capture({ distinctId, event: "$screen", properties: { $screen_name: "Start" } });
client.groupIdentify({ groupType: "company", groupKey: "acme", properties: { name: "Acme", employees: 12 } });
client.alias({ distinctId: "visitor-1", alias: "user-1" });

await client.shutdown(60_000);
if (failed.length > 0) {
  console.error("not delivered:", failed);
  process.exit(1);
}
