// Looks at pages as a person's browser and a validator do; prints one JSON object.
// node check.mjs CHROMIUM FILE... [--shots FOLDER]

import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [executablePath, ...rest] = process.argv.slice(2);
const shots = rest.includes("--shots") ? rest.splice(rest.indexOf("--shots"), 2)[1] : null;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
  rules: {
    // Mail needs style attributes and presentation tables with align.
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "attribute-boolean-style": "off",
    "no-trailing-whitespace": "off",
    "long-title": "off",
  },
});

async function look(page, url, width, scheme) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(url);
}

async function check(browser, file) {
  const report = { requests: [], errors: [], axe: {}, overflow: {} };
  const page = await browser.newPage();
  const url = pathToFileURL(resolve(file)).href;
  page.on("request", (request) => { if (request.url() !== url) report.requests.push(request.url()); });
  page.on("pageerror", (error) => report.errors.push(String(error)));
  const validation = await validator.validateString(readFileSync(file, "utf8"));
  report.invalid = validation.results.flatMap((result) =>
    result.messages.map((message) => `${message.line}: ${message.ruleId}: ${message.message}`));
  for (const scheme of ["light", "dark"]) {
    await look(page, url, 800, scheme);
    const result = await page.evaluate(`${axe}; axe.run()`);
    report.axe[scheme] = result.violations.map((violation) =>
      `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
  }
  for (const width of [320, 380, 800]) {
    await look(page, url, width, "light");
    report.overflow[width] = await page.evaluate(() =>
      [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
        .map((element) => element.tagName + "." + element.className));
    for (const scheme of shots ? ["light", "dark"] : []) {
      await look(page, url, width, scheme);
      await page.screenshot({ path: `${shots}/${basename(file)}-${width}-${scheme}.png` });
    }
  }
  report.behaviour = file.includes("web") ? await behave(page, url) : null;
  await page.close();
  return report;
}

// What scripts add: partners that light up, the switch, keys, search.
async function behave(page, url) {
  await look(page, url, 800, "light");
  const first = page.locator("article p .s").first();
  const key = await first.getAttribute("data-key");
  await first.hover();
  const partners = await page.locator(".s.partner").evaluateAll((all) => all.map((one) => one.dataset.key));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const focused = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("ArrowRight");
  const sentence = await page.evaluate(() => document.activeElement.dataset.key);
  await page.keyboard.press("o");
  const otherVisible = await page.locator(".other").first().isVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("Caracas");
  const shown = await page.locator("article:visible").count();
  const status = await page.locator("#found").textContent();
  const meanings = await explain(page, url);
  return { meanings, lit: partners.length === 1 && partners[0] === key, focused, sentence, otherVisible, shown, status };
}

// What less common words mean: by pointing, by touch and by key, never beyond a small screen.
async function explain(page, url) {
  await look(page, url, 320, "light");
  const word = page.locator(".g", { hasText: "balzaal" }).first();
  const meaning = word.locator(".meaning");
  const before = await meaning.isVisible();
  await word.hover();
  const pointed = await meaning.isVisible();
  await page.mouse.move(0, 0);
  await word.focus();
  const focused = await meaning.isVisible();
  const outside = await page.evaluate(() => [...document.querySelectorAll(".g")].filter((one) => {
    one.focus();
    const box = one.querySelector(".meaning").getBoundingClientRect();
    return box.width === 0 || box.left < 0 || box.right > window.innerWidth;
  }).map((one) => one.textContent));
  return { before, pointed, focused, outside, text: await meaning.textContent() };
}

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const reports = {};
for (const file of rest) { reports[basename(file)] = await check(browser, file); }
await browser.close();
console.log(JSON.stringify(reports));
