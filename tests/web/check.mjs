// Looks at pages as a person's browser and a validator do; prints one JSON object.
// node check.mjs CHROMIUM FILE... [--shots FOLDER] [--pdf FOLDER]

import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH, STANDARD, smallTargets, tooWide, validate } from "./looking.mjs";

const [executablePath, ...rest] = process.argv.slice(2);
function option(name) { return rest.includes(name) ? rest.splice(rest.indexOf(name), 2)[1] : null; }
const shots = option("--shots");
const pdfs = option("--pdf");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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
  report.invalid = await validate(readFileSync(file, "utf8"));
  for (const scheme of ["light", "dark"]) {
    await look(page, url, 800, scheme);
    const result = await page.evaluate(`${axe}; axe.run({ runOnly: ${JSON.stringify(STANDARD)} })`);
    report.axe[scheme] = result.violations.map((violation) =>
      `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
  }
  for (const width of [320, 380, 800, 1280]) {
    await look(page, url, width, "light");
    report.overflow[width] = await page.evaluate(tooWide);
    for (const scheme of shots ? ["light", "dark"] : []) {
      await look(page, url, width, scheme);
      await page.screenshot({ path: `${shots}/${basename(file)}-${width}-${scheme}.png` });
    }
  }
  await page.close();
  report.touch = await touch(browser, url);
  report.behaviour = basename(file).startsWith("web") ? await behave(browser, file, url, report.errors) : null;
  return report;
}

// What a person does with a page: each in a browser that remembers nothing.
async function behave(browser, file, url, errors) {
  const tries = { scripts, languages, folding, help, place, explain, print: (page, url) => print(page, url, file), plain };
  const report = {};
  for (const [name, attempt] of Object.entries(tries)) {
    const context = await browser.newContext({ javaScriptEnabled: name !== "plain" });
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await look(page, url, 800, "light");
    report[name] = await attempt(page, url);
    await context.close();
  }
  return report;
}

// Partners that light up, the keys, search.
async function scripts(page) {
  const first = page.locator("article p .s").first();
  const key = await first.getAttribute("data-key");
  await first.hover();
  const partners = await page.locator(".s.partner").evaluateAll((all) => all.map((one) => one.dataset.key));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const focused = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("ArrowRight");
  const sentence = await page.evaluate(() => document.activeElement.dataset.key);
  await page.evaluate(() => { window.was = window.scrollY; });
  await page.keyboard.press("/");
  await page.keyboard.type("Caracas");
  const shown = await page.locator("article:visible").count();
  const status = await page.locator("#found").textContent();
  // A phrase whose words have meanings, without accents, and where one was before.
  await page.locator("#search").fill("weiger te vechten oekraine");
  const phrase = await page.locator("article:visible").count();
  await page.keyboard.press("Escape");
  const back = await page.evaluate(() => Math.round(window.scrollY - window.was) === 0);
  return { phrase, back, lit: partners.length === 1 && partners[0] === key, focused, sentence, shown, status };
}

function seen(page) {
  return page.evaluate(() => ["lead", "other"].filter((name) =>
    document.querySelector(`article p.${name}`).getClientRects().length > 0));
}

// A switch for each language; the last one cannot be switched off, and the choice is kept.
async function languages(page, url) {
  const states = [await seen(page)];
  await page.keyboard.press("o");
  states.push(await seen(page));
  await page.locator("#show-en").click();
  states.push(await seen(page));
  await page.evaluate(() => { window.headline = document.querySelector("h3 .other").getBoundingClientRect().left; });
  states.push(await page.evaluate(() => Math.abs(window.headline - document.querySelector("article p.other").getBoundingClientRect().left) < 60 ? "headline" : "far"));
  await page.goto(url);
  states.push(await seen(page));
  await page.keyboard.press("e");
  states.push(await seen(page));
  return states.map((names) => Array.isArray(names) ? names.join(" ") : names);
}

// Sections fold, all at once with a key, and open for what is led to.
async function folding(page) {
  await page.locator("summary").first().click();
  const one = await page.locator("details[open]").count();
  await page.keyboard.press("f");
  const none = await page.locator("details[open]").count();
  await page.locator("nav li a").last().click();
  const led = await page.locator("article:visible").count() > 0;
  await page.keyboard.press("f");
  await page.keyboard.press("f");
  return { one, none, led, all: await page.locator("details:not([open])").count() };
}

// Help behind a key and a button; the keys can be switched off.
async function help(page) {
  await page.keyboard.press("?");
  const open = await page.locator("#keys").isVisible();
  await page.locator("#keys-on").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  const off = await page.evaluate(() => document.activeElement.tagName !== "ARTICLE");
  await page.locator("#help").click();
  return { open, off, button: await page.locator("#keys").isVisible() };
}

// Where one was is where one is the next time.
async function place(page, url) {
  await page.evaluate(() => window.scrollTo(0, document.querySelector("#item-4").offsetTop + 40));
  await page.waitForTimeout(500);
  const before = await page.evaluate(() => window.scrollY);
  await page.goto("about:blank");
  await page.goto(url);
  const after = await page.evaluate(() => window.scrollY);
  return Math.abs(after - before) < 5 && before > 0;
}

// On a phone, with the help open.
async function touch(browser, url) {
  const page = await browser.newPage();
  await look(page, url, 380, "light");
  await page.evaluate(() => document.querySelector("#keys")?.showModal());
  const small = await page.evaluate(smallTargets);
  await page.close();
  return small;
}

// On paper there are both languages and all sections, whatever is searched, switched off or folded.
async function print(page, url, file) {
  await page.keyboard.press("/");
  await page.keyboard.type("Caracas");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("o");
  await page.keyboard.press("f");
  if (pdfs) await page.pdf({ path: `${pdfs}/${basename(file)}.pdf`, format: "A4", preferCSSPageSize: true });
  return page.locator("details[open]").count();
}

// Without scripts the page is whole, and the switches for the languages work.
async function plain(page) {
  const all = await seen(page);
  await page.locator("#show-nl").uncheck();
  const english = await seen(page);
  await page.locator("#show-en").uncheck();
  const none = await seen(page);
  return [all, english, none].map((names) => names.join(" "));
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
  await page.keyboard.press("Escape");
  const away = !(await meaning.isVisible());
  const outside = await page.evaluate(() => [...document.querySelectorAll(".g")].filter((one) => {
    one.focus();
    const box = one.querySelector(".meaning").getBoundingClientRect();
    return box.width === 0 || box.left < 0 || box.right > window.innerWidth;
  }).map((one) => one.textContent));
  return { before, pointed, focused, away, outside, text: await meaning.textContent() };
}

const browser = await chromium.launch({ executablePath, ...LAUNCH });
const reports = {};
for (const file of rest) { reports[basename(file)] = await check(browser, file); }
await browser.close();
console.log(JSON.stringify(reports));
