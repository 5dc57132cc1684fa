// Drives @rudderstack/rudder-sdk-node as its documentation does: `drive_rudderstack.mjs HOST KEY COUNT`.
import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [dataPlaneUrl, writeKey, count] = process.argv.slice(2);
const client = new RudderAnalytics(writeKey, {
  dataPlaneUrl,
  flushAt: 5,
  flushInterval: 50,
  retryCount: 10,
  errorHandler: (why) => {
    console.error("not delivered:", why);
    process.exit(1);
  },
});

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

await client.flush();
