"""Whether the text of a page can be read: contrast by WCAG 2.2, 1.4.3, as Chromium draws it."""

from __future__ import annotations

from playwright.sync_api import Page

_FAINT = """() => {
  const read = text => {
    const parts = (text.match(/-?[\\d.]+(?:e-?\\d+)?/g) || []).map(Number);
    const mixed = text.startsWith('color(srgb');
    if (mixed) return [...parts.slice(0, 3).map(p => p * 255), parts[3] ?? 1];
    return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = rgb => rgb.map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const chain = node => node ? [...chain(node.parentElement), node] : [];
  const drawn = element => {
    let ground = [255, 255, 255], faded = 1;
    for (const one of chain(element)) {
      const style = getComputedStyle(one), back = read(style.backgroundColor);
      faded *= Number(style.opacity);
      ground = over([...back.slice(0, 3), back[3] * faded], ground);
    }
    const ink = read(getComputedStyle(element).color);
    return [over([...ink.slice(0, 3), ink[3] * faded], ground), ground];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim(), element = node.parentElement;
    if (!text || !element || element.closest('script, style, noscript, [disabled], svg')) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (style.visibility === 'hidden' || !box.width || !box.height) continue;
    if (style.fontFamily.includes('Material')) continue;
    const [ink, ground] = drawn(element), one = light(ink), two = light(ground);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.005)
    {
      const name = element.className || element.tagName;
      found.push(`${ratio.toFixed(2)} ${name}: ${text.slice(0, 40)}`);
    }
  }
  return [...new Set(found)];
}"""


def faint(page: Page) -> list[str]:
    """Texts with too little contrast, each with its ratio and the class of its element."""
    found: list[str] = page.evaluate(_FAINT)
    return found
