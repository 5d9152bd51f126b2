// axe-core finds nothing to complain about, whatever is on the board and however wide the window.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { PAGES, WIDTHS, open, window, withBrowser } from "./browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

withBrowser();

async function violations(page) {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate((tags) => axe.run({ runOnly: { type: "tag", values: tags } }), TAGS);
  assert.ok(found.passes.length > 0, "axe-core has looked at something");
  return found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.slice(0, 5).map((node) => `${node.target} ${node.failureSummary.split("\n").at(-1).trim()}`),
  }));
}

for (const name of PAGES) {
  for (const width of WIDTHS) {
    test(`${name} at ${width} pixels`, async (t) => {
      const { page } = await open(t, name, width);
      assert.deepEqual(await violations(page), []);
    });
  }
}

test("a page that is not accessible is told", async (t) => {
  const page = await window(t, 1280);
  await page.setContent('<html><body><h3 style="color: #bbb">pale</h3><svg role="img" width="9"></svg></body></html>');
  const ids = (await violations(page)).map(({ id }) => id);
  for (const id of ["color-contrast", "document-title", "html-has-lang", "svg-img-alt", "landmark-one-main"]) {
    assert.ok(ids.includes(id), id);
  }
});
