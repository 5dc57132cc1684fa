// Posts events as the SDK's documentation does, each until it is accepted: `drive.mjs ADDRESS KEY COUNT`.
import { CloudEvent, HTTP, Mode, emitterFor, httpTransport } from "cloudevents";

const [address, key, count] = process.argv.slice(2);
const transport = httpTransport(address);
const headers = { Authorization: `Bearer ${key}` };
const emitters = [Mode.BINARY, Mode.STRUCTURED].map((mode) => emitterFor(transport, { binding: HTTP, mode }));

async function deliver(event, emit) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = await emit(event, { headers });
    if (answer.body.includes('"intake_id"')) return;
  }
  throw new Error(`not delivered: ${event.id}`);
}

for (let number = 0; number < Number(count); number++) {
  const event = new CloudEvent({
    id: `js-${number}`,
    source: "app/js",
    type: "io.leadtrace.touchpoint.recorded.v1",
    subject: `visitor/${number}`,
    sequence: String(number),
    data: { channel: "ads", campaign: "Grüße" },
  });
  for (const emit of emitters) await deliver(event, emit);
}
