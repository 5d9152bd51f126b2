// What a screen reader finds: landmarks, headings, names of pictures; and that the page needs nothing but itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGES, open, withBrowser } from "./browser.mjs";

withBrowser();

/** The accessibility tree as the browser gives it to assistive technology: [{ role, name, level }] in order. */
async function spoken(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter((node) => !node.ignored)
    .map((node) => ({
      role: node.role?.value,
      name: (node.name?.value ?? "").trim(),
      level: node.properties?.find(({ name }) => name === "level")?.value.value,
    }));
}

for (const name of PAGES) {
  test(`${name}: landmarks, one first heading, no level skipped`, async (t) => {
    const { page } = await open(t, name);
    const nodes = await spoken(page);
    for (const role of ["banner", "main", "contentinfo"]) {
      assert.equal(nodes.filter((node) => node.role === role).length, 1, role);
    }
    const levels = nodes.filter(({ role }) => role === "heading").map(({ level }) => level);
    assert.equal(levels[0], 1);
    assert.equal(levels.filter((level) => level === 1).length, 1);
    levels.reduce((before, level) => (assert.ok(level <= before + 1, `${before}, then ${level}`), level));
    assert.ok((await page.title()).trim());
    assert.ok(await page.evaluate(() => document.documentElement.lang));
  });

  test(`${name}: every picture, heading and table header has a name`, async (t) => {
    const { page } = await open(t, name);
    const named = (await spoken(page)).filter(({ role }) => /^(image|img|heading|columnheader|rowheader)$/.test(role));
    assert.ok(named.length > 0);
    assert.deepEqual(named.filter((node) => !node.name), []);
    // A picture that says nothing to a screen reader is hidden from it on purpose.
    const silent = await page.$$eval("svg:not([role=img]):not([aria-hidden=true])", (all) => all.length);
    assert.equal(silent, 0);
  });

  test(`${name}: every cell of a table knows its headers`, async (t) => {
    const { page } = await open(t, name);
    const bare = await page.$$eval("td", (cells) =>
      cells
        .filter((cell) => cell.textContent.trim())
        .filter((cell) => {
          const above = [...cell.closest("table").querySelectorAll("th[scope=col]")].length;
          const beside = cell.closest("tr").querySelectorAll("th[scope=row]").length;
          return !cell.headers && !above && !beside;
        })
        .map((cell) => cell.textContent.trim()),
    );
    assert.deepEqual(bare, []);
  });

  test(`${name}: nothing is fetched and nothing runs`, async (t) => {
    const { page, requests } = await open(t, name);
    assert.deepEqual(requests, []);
    assert.equal(await page.$$eval("script, iframe, object, embed, link[href]", (all) => all.length), 0);
    const handlers = await page.$$eval("*", (all) =>
      all.flatMap((node) => node.getAttributeNames()).filter((attribute) => attribute.startsWith("on")),
    );
    assert.deepEqual(handlers, []);
  });

  if (name === "sample") test(`${name}: the page in print is one sheet, as the PDF is`, async (t) => {
    const { page } = await open(t, name);
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    assert.match(pdf, /\/MediaBox \[0 0 792 612\]/);
    assert.equal(pdf.match(/\/Type \/Page\b/g).length, 1);
  });
}
