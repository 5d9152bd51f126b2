// Narrow windows, enlarged text and wide spacing lose nothing (WCAG 2.2: 1.4.4, 1.4.10, 1.4.12).
import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGES, WIDTHS, open, window, withBrowser } from "./browser.mjs";
import { broken, lost } from "./lost.mjs";

const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-bottom: 2em !important }`;

withBrowser();

/** How far the page is wider than the window, in CSS pixels. */
const tooWide = (page) => page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);

for (const name of PAGES) {
  for (const width of [...WIDTHS, 640]) {
    test(`${name} at ${width} pixels is not wider than the window`, async (t) => {
      const { page } = await open(t, name, width);
      assert.equal(await tooWide(page), 0);
      assert.deepEqual(await page.evaluate(lost), []);
      assert.deepEqual(await page.evaluate(broken), [], "words broken in the middle");
    });
  }

  test(`${name} with text twice as large loses nothing`, async (t) => {
    const { page } = await open(t, name);
    const size = (node) => page.$eval(node, (found) => parseFloat(getComputedStyle(found).fontSize));
    const before = [await size("h1"), await size("main p"), await size("footer p")];
    const session = await page.context().newCDPSession(page);
    // What a reader sets in the browser: the size of its standard type, 16 pixels if nobody has.
    await session.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
    await page.reload();
    const after = [await size("h1"), await size("main p"), await size("footer p")];
    assert.ok(after.every((points, at) => points >= 1.9 * before[at]), `${before} became ${after}`);
    assert.equal(await tooWide(page), 0);
    assert.deepEqual(await page.evaluate(lost), []);
  });

  for (const width of [1280, 320]) {
    test(`${name} at ${width} pixels with spaced text loses nothing`, async (t) => {
      const { page } = await open(t, name, width);
      await page.addStyleTag({ content: SPACED });
      assert.equal(await tooWide(page), 0);
      assert.deepEqual(await page.evaluate(lost), []);
    });
  }
}

test("what is lost is found", async (t) => {
  const page = await window(t, 320);
  await page.setContent(`<p>fits</p><p style="white-space: nowrap">${"far too wide ".repeat(9)}</p>
    <div style="height: 1em; overflow: hidden">cut <br> away</div><p>one</p><p style="margin-top: -2.2em">two</p>
    <p style="width: 1em; overflow-wrap: anywhere">broken</p>`);
  const found = (await page.evaluate(lost)).join("\n");
  for (const word of ["out of the window: far", "cut: away", "over it: one / two"]) assert.ok(found.includes(word), found);
  assert.deepEqual(await page.evaluate(broken), ["broken"]);
  assert.ok((await tooWide(page)) > 0);
});
