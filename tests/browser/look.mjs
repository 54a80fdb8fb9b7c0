// node look.mjs PAGE FOLDER: open a page in light and dark, wide and narrow; print what is wrong.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page_, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"],
});
const found = { console: [], requests: [], axe: [], focus: 0, dialogs: 0, overflow: [] };
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 400]) {
    const context = await browser.newContext({
      colorScheme, viewport: { width, height: 900 }, bypassCSP: true,
    });
    const page = await context.newPage();
    page.on("console", (m) => ["error", "warning"].includes(m.type()) && found.console.push(m.text()));
    page.on("pageerror", (e) => found.console.push(String(e)));
    page.on("request", (r) => r.url().startsWith("file:") || found.requests.push(r.url()));
    page.on("dialog", (d) => { found.dialogs += 1; d.dismiss(); });
    await page.goto(pathToFileURL(page_).href);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await page.screenshot({ path: `${folder}/${colorScheme}-${width}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) found.overflow.push(`${colorScheme} ${width}: ${wide}`);
    await page.addScriptTag({ content: axe });
    const results = await page.evaluate(() => globalThis.axe.run());
    for (const one of results.violations) {
      if (["serious", "critical"].includes(one.impact)) {
        found.axe.push(`${colorScheme} ${width}: ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
      }
    }
    await page.keyboard.press("Tab");
    found.focus += await page.evaluate(() => Number(document.activeElement !== document.body));
    if (colorScheme === "light" && width === 1280) {
      await page.pdf({ path: `${folder}/print.pdf` });
    }
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
