// Looks at a site of past editions from its files, as a person does; prints one JSON object.
// node site.mjs CHROMIUM FOLDER

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH, STANDARD, smallTargets, tooWide, validate } from "./looking.mjs";

const [executablePath, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const address = (name) => pathToFileURL(`${folder}/${name}`).href;
const browser = await chromium.launch({ executablePath, ...LAUNCH });
const report = { errors: [], remote: [], axe: {}, overflow: {}, small: {}, invalid: {} };
const page = await browser.newPage({ viewport: { width: 320, height: 900 } });
page.on("pageerror", (error) => report.errors.push(String(error)));
page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("ERR_FAILED")) report.errors.push(message.text()); });
page.on("request", (request) => { if (!request.url().startsWith("file:")) report.remote.push(request.url()); });

for (const name of ["index.html", "months/2026-11.html"]) {
  await page.goto(address(name));
  const result = await page.evaluate(`${axe}; axe.run({ runOnly: ${JSON.stringify(STANDARD)} })`);
  report.axe[name] = result.violations.map((violation) => violation.id);
  report.overflow[name] = await page.evaluate(tooWide);
  report.small[name] = await page.evaluate(smallTargets);
  report.invalid[name] = await validate(readFileSync(`${folder}/${name}`, "utf8"));
}

async function search(words) {
  await page.fill("#query", words);
  await page.waitForFunction(() => !/^$|^Searching/.test(document.querySelector("#found").textContent));
  return page.locator("#results small[lang=nl]").allTextContents();
}
async function state() {
  return [await page.locator("#results li").count(), await page.textContent("#found"), await page.locator("#more").isVisible()];
}

await page.goto(address("months/2026-11.html"));
report.brug = await search("brug");
report.begins = await search("FINANC");
report.both = await search("minister financiën");
await search("sneeuwpop");
report.nothing = await page.textContent("#found");
await search("e");
report.few = await page.textContent("#found");
report.number = await search("bericht 7");
await search("sneeuw");
report.first = await state();
await page.locator("#more").click();
report.all = await state();
// What cannot be loaded is said, and asked for again the next time.
await page.route("**/2026-11.js", (route) => route.abort());
await page.goto(address("index.html"));
await search("financien");
report.broken = await page.textContent("#found");
await page.unroute("**/2026-11.js");
report.again = await search("brug");
await search("open");
await page.locator("#results a").first().click();
report.opened = await page.evaluate(() => location.hash.slice(1));
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await plain.goto(address("index.html"));
report.plain = (await plain.textContent("noscript, .search p")).trim();
await browser.close();
console.log(JSON.stringify(report));
