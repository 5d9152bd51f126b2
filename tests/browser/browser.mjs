// One browser for a test file, and the pages to open in it. Nothing but the page itself is ever fetched.
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const FOLDER = resolve(process.env.PAGES);
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const PAGES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".html"))
  .map((name) => basename(name, ".html"))
  .sort();
if (PAGES.length === 0) throw new Error(`no pages in ${FOLDER}`);

/** A desk, a tablet, and a phone or a window enlarged to 400 percent (WCAG 2.2, 1.4.10), in CSS pixels. */
export const WIDTHS = [1280, 768, 320];

let browser;

/** Starts the browser for the tests of a file; its profile is new and goes away with it. */
export function withBrowser() {
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.BROWSER_PATH,
      headless: true,
      chromiumSandbox: process.getuid() !== 0,
      args: FLAGS,
    });
  });
  after(() => browser.close());
}

/** A window of a width with nothing in it; closed when the test ends. */
export async function window(test, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  test.after(() => context.close());
  return context.newPage();
}

/** A page in a window of a width; `requests` lists what else than the page itself was asked for. */
export async function open(test, name, width = 1280) {
  const page = await window(test, width);
  const requests = [];
  const address = pathToFileURL(join(FOLDER, `${name}.html`)).href;
  page.on("request", (request) => request.url() === address || requests.push(request.url()));
  await page.goto(address);
  await page.evaluate(() => document.fonts.ready);
  return { page, requests };
}
