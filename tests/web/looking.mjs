// What pages are held to, whichever they are.

import { HtmlValidate } from "html-validate";

export const LAUNCH = {
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

// WCAG 2.2 AA, and what axe-core holds to be good practice.
export const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

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

export async function validate(html) {
  const validation = await validator.validateString(html);
  return validation.results.flatMap((result) =>
    result.messages.map((message) => `${message.line}: ${message.ruleId}: ${message.message}`));
}

// In the page: what reaches beyond the right edge.
export function tooWide() {
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
    .map((element) => element.tagName + "." + element.className);
}

// In the page: what can be pressed and is less than 44 pixels high or wide; but for words and links
// in a text, and in mail, which has no tools.
export function smallTargets() {
  if (!document.querySelector(".tools, .search")) return [];
  return [...document.querySelectorAll("a, button, summary, label, input[type=search]")]
    .filter((one) => !one.closest("p.lead, p.other") && one.getClientRects().length > 0)
    .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 44 || box.width < 44; })
    .map((one) => one.outerHTML.slice(0, 80));
}
