// What a reader cannot get at, found by measuring the page in the browser.

/** In the page: texts cut off, out of the window, or printed over each other; [] when nothing is lost. */
export function lost() {
  const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowX);
  const cuts = (node) => /hidden|clip/.test(getComputedStyle(node).overflowX + getComputedStyle(node).overflowY);
  const up = (node, is) => {
    for (let at = node.parentElement; at && at !== document.documentElement; at = at.parentElement) {
      if (is(at)) return at;
    }
    return null;
  };
  const found = [];
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim() || up(text, (node) => node.tagName === "title" || node.tagName === "svg")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const words = text.data.trim().slice(0, 40);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
    if (boxes.length === 0) found.push(`not there: ${words}`);
    const frame = up(text, cuts)?.getBoundingClientRect();
    const view = up(text, scrolls)?.getBoundingClientRect();
    for (const box of boxes) {
      if (!view && (box.left < -1 || box.right > innerWidth + 1)) found.push(`out of the window: ${words}`);
      if (frame && (box.right > frame.right + 1 || box.bottom > frame.bottom + 1)) found.push(`cut: ${words}`);
      // Boxes of letters are taller than the letters: their middle is what must be free.
      const rim = box.height / 3;
      // What is scrolled out of sight is printed over nothing.
      const right = Math.min(box.right - 1, view?.right ?? Infinity);
      lines.push({ words, left: box.left + 1, right, top: box.top + rim, bottom: box.bottom - rim });
    }
  }
  for (const [at, one] of lines.entries()) {
    for (const other of lines.slice(at + 1)) {
      const across = one.left < other.right && other.left < one.right;
      if (across && one.top < other.bottom && other.top < one.bottom) found.push(`over it: ${one.words} / ${other.words}`);
    }
  }
  return found.slice(0, 8);
}

/** In the page: ordinary words that are broken in the middle, because what they stand in is too narrow for them. */
export function broken() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (text.parentElement.closest("svg")) continue;
    for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (word.length <= 16 && lines.size > 1) found.push(word);
    }
  }
  return found.slice(0, 8);
}
