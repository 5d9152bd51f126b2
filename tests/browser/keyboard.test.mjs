// What can be focused is reached by Tab, in order, shows that it is, and lets go again (WCAG 2.2: 2.1.1, 2.1.2, 2.4.7).
import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGES, WIDTHS, open, withBrowser } from "./browser.mjs";

withBrowser();

/** In the page: numbers what can be focused, and tells which of it is visible and which part scrolls without a stop. */
function stops() {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const open = all.filter((node) => node.tabIndex >= 0 && node.getClientRects().length > 0);
  open.forEach((node, at) => (node.dataset.stop = at));
  const mute = [...document.querySelectorAll("body *")].filter((node) => {
    const wider = node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1;
    const { overflowX, overflowY, display } = getComputedStyle(node);
    const scrolls = display !== "inline" && /auto|scroll/.test(overflowX + overflowY);
    const named = node.getAttribute("aria-label") || node.getAttribute("aria-labelledby");
    return wider && scrolls && !(node.getAttribute("tabindex") === "0" && node.getAttribute("role") && named);
  });
  return { count: open.length, mute: mute.map((node) => node.className || node.tagName) };
}

/** In the page: which stop has the focus now, and whether one can see it. */
function focused() {
  const node = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
  const seen = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  return { at: node.dataset.stop === undefined ? null : Number(node.dataset.stop), seen };
}

for (const name of PAGES) {
  for (const width of WIDTHS) {
    test(`${name} at ${width} pixels by keyboard`, async (t) => {
      const { page } = await open(t, name, width);
      const { count, mute } = await page.evaluate(stops);
      assert.deepEqual(mute, [], "parts that scroll are regions with a name that the keyboard reaches");
      for (let at = 0; at < count; at += 1) {
        await page.keyboard.press("Tab");
        assert.deepEqual(await page.evaluate(focused), { at, seen: true });
      }
      await page.keyboard.press("Tab");
      assert.equal((await page.evaluate(focused)).at, null, "the last stop lets go of the focus");
    });
  }
}
