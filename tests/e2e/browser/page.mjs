// Reads the page in a headless Chromium: `node page.mjs CHROMIUM ADDRESS FOLDER`; a screenshot of each view and found.json go to FOLDER.
// Says "ready" when all is drawn, waits until the number of leads rises by itself, and prints what it found.
import axe from "axe-core";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, address, folder] = process.argv.slice(2);
const VIEWS = {
  desk: { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  phone: { viewport: { width: 380, height: 800 }, colorScheme: "dark" },
  wall: { viewport: { width: 3840, height: 2160 }, colorScheme: "dark" },
};
const DEADLINE_MS = 60_000;
const LEADS = '[data-metric="inquiry_reached"]';
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const found = { errors: [], foreign: [], violations: [], wide: [], cut: [], first_chart_ms: {} };

async function opened(name, how) {
  const context = await browser.newContext(how);
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  page.on("console", (message) => message.type() === "error" && found.errors.push(message.text()));
  page.on("pageerror", (error) => found.errors.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:")) found.foreign.push(request.url());
  });
  await page.goto(`${address}/`);
  await page.getByRole("heading", { name: "Funnel" }).waitFor();
  found.first_chart_ms[name] = await page.evaluate(() => Math.round(performance.now()));
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

async function checked(page, name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  // By the browser's own door: the page's policy lets no script of a test in.
  const { violations } = await page.evaluate(`${axe.source}; axe.run()`);
  found.violations.push(...violations.map(({ id, impact }) => ({ view: name, id, impact })));
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (beyond > 0) found.wide.push(name);
  found.cut.push(...(await page.locator(".tile-text").evaluateAll((tiles) =>
    tiles.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent))));
}

// A revenue of ten digits must be seen as one: half of a number is another number.
async function rich(name, how) {
  const context = await browser.newContext(how);
  await context.route("**/v1/funnel*", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.total.revenue.amount = "1234567890.12";
    await route.fulfill({ response, json });
  });
  const page = await context.newPage();
  await page.goto(`${address}/`);
  await page.getByText("1,234,567,890.12").first().waitFor({ timeout: DEADLINE_MS });
  await checked(page, name);
}

const whole = (text) => Number((text ?? "").replaceAll(/\D/g, ""));
const pages = {};
for (const [name, how] of Object.entries(VIEWS)) {
  pages[name] = await opened(name, how);
  await checked(pages[name], name);
}
for (const name of ["desk", "phone"]) await rich(`rich-${name}`, VIEWS[name]);
const { desk } = pages;
found.leads = whole(await desk.locator(LEADS).textContent());
found.kpis = await desk.locator("[data-metric]").count();
found.definitions = await desk.locator(".why").count();
await desk.locator(".why").first().click();
await desk.getByRole("dialog").waitFor();
await desk.keyboard.press("Escape");
found.closed = (await desk.getByRole("dialog").count()) === 0;

await desk.getByRole("button", { name: "inquiry", exact: true }).click();
await desk.getByRole("heading", { name: "Leads behind the number" }).waitFor();
await desk.getByRole("region", { name: "List of leads" }).getByRole("button").first().click();
await desk.getByRole("heading", { name: /^Journey of lead/ }).waitFor();
found.hops = await desk.locator(".journey li").count();
found.shared = new URL(desk.url()).search;
await checked(desk, "journey");

console.log("ready");
await pages.phone.waitForFunction(
  ([selector, before]) => Number(document.querySelector(selector)?.textContent?.replaceAll(/\D/g, "")) > before,
  [LEADS, found.leads],
  { timeout: DEADLINE_MS },
);
found.after = whole(await pages.phone.locator(LEADS).textContent());
await browser.close();
await writeFile(join(folder, "found.json"), JSON.stringify(found, null, 1));
console.log(JSON.stringify(found));
