// Looks at pages as a reader does, in Debian's chromium, and prints what it saw as JSON.
//
//   node look.mjs < looks.json
//
// {"browser": "/usr/bin/chromium", "looks": [{"url": …, "width": 1280, "height": 900, "theme": "light", "scripts": true,
//  "motion": "reduce", "axe": true, "screenshot": "/a/path.png", "whole": true, "steps": [{"fill": ["#filter", "MSS"]},
//  …]}]}. Every look has a context of its own, and the policy of the page stays in force in it.
import { readFileSync } from "node:fs";
import axe from "axe-core";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PATIENCE = 20000; // milliseconds

const STEPS = {
  fill: (page, [selector, text]) => page.fill(selector, text),
  click: (page, selector) => page.click(selector),
  press: (page, key) => page.keyboard.press(key),
  focus: (page, selector) => page.focus(selector),
  scroll: (page, top) => page.evaluate((to) => window.scrollTo({ top: to, behavior: "instant" }), top),
  wait: (page, expression) => page.waitForFunction(expression, null, { timeout: PATIENCE }),
  offline: (page, off) => page.context().setOffline(off),
  run: (page, expression) => page.evaluate(expression),
  // The script asks again as soon as the network is back: nobody has to wait for its ten seconds.
  refresh: async (page) => {
    const asof = await page.textContent("#asof");
    const deadline = Date.now() + PATIENCE;
    while ((await page.textContent("#asof")) === asof) {
      if (Date.now() > deadline) throw new Error("the page does not become new");
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await page.waitForTimeout(250);
    }
  },
};

async function look(browser, wanted) {
  const context = await browser.newContext({
    viewport: { width: wanted.width ?? 1280, height: wanted.height ?? 900 },
    colorScheme: wanted.theme ?? "light",
    reducedMotion: wanted.motion ?? "reduce",
    javaScriptEnabled: wanted.scripts ?? true,
  });
  const seen = { url: wanted.url, errors: [], requests: [], read: {}, violations: [] };
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
    });
    page.on("pageerror", (error) => seen.errors.push(String(error)));
    page.on("requestfailed", (request) => seen.errors.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on("request", (request) => seen.requests.push(request.url()));
    const answer = await page.goto(wanted.url, { waitUntil: "load", timeout: PATIENCE });
    seen.status = answer.status();
    for (const step of wanted.steps ?? []) {
      const [name, value] = Object.entries(step)[0];
      if (name === "read") for (const [as, what] of Object.entries(value)) seen.read[as] = await page.evaluate(what);
      else await STEPS[name](page, value);
    }
    seen.title = await page.title();
    seen.text = await page.innerText("body");
    seen.overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wanted.screenshot) await page.screenshot({ path: wanted.screenshot, fullPage: wanted.whole ?? false });
    if (wanted.axe) {
      await page.evaluate(axe.source);
      const found = await page.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), RULES);
      seen.checked = found.passes.length;
      seen.violations = found.violations.map(({ id, help, nodes }) => ({
        id, help, where: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 200)} | ${node.failureSummary}`),
      }));
    }
  } finally {
    await context.close();
  }
  return seen;
}

const { browser: executablePath, looks } = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({ executablePath, args: FLAGS });
try {
  const seen = [];
  for (const wanted of looks) seen.push(await look(browser, wanted));
  process.stdout.write(JSON.stringify(seen));
} finally {
  await browser.close();
}
