// Drives @segment/analytics-node as its documentation does: `drive_segment.mjs HOST KEY COUNT`.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, count] = process.argv.slice(2);
const failed = [];
const client = new Analytics({ writeKey, host, flushAt: 5, flushInterval: 50, maxRetries: 10 });
client.on("error", (why) => failed.push(why));

for (let number = 0; number < Number(count); number++) {
  client.track({ userId: `user-${number}`, event: "Video Played", properties: { title: "Tour" } });
}
const userId = "user-0";
client.identify({
  userId,
  anonymousId: "visitor-0",
  traits: { email: "ada@acme.example", title: "Head of Sales" },
});
client.page({
  userId,
  name: "Prices",
  properties: { url: "https://acme.example/pricing?gclid=1", path: "/pricing" },
});
client.screen({ userId, name: "Start" });
client.group({ userId, groupId: "acme", traits: { name: "Acme", employees: 12 } });
client.alias({ previousId: "visitor-1", userId: "user-1" });

await client.closeAndFlush({ timeout: 60_000 });
if (failed.length > 0) {
  console.error("not delivered:", failed);
  process.exit(1);
}
