// DOM building. Everything that the page shows is made here from elements and
// text nodes; nothing in this client ever parses a string as HTML, so what a
// feed or a bot writes cannot become markup.

/**
 * h makes an element. Properties: `class`, `dataset`, `on<event>` listeners;
 * everything else becomes an attribute (null and false are left out).
 */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'class') el.className = value;
    else if (key === 'dataset') Object.assign(el.dataset, value);
    else if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? '' : String(value));
  }
  append(el, children);
  return el;
}

/** append adds children, flattening arrays and skipping null, undefined and false. */
export function append(el, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    el.append(child);
  }
  return el;
}

/** fill replaces an element's children. */
export function fill(el, ...children) {
  el.replaceChildren();
  return append(el, children);
}

let nextId = 0;

/** uid gives an id that is unique on this page, for aria references. */
export function uid(prefix) {
  nextId += 1;
  return `${prefix}-${nextId}`;
}

/**
 * safeURL returns the absolute http or https address that a string stands
 * for, or null: what is not null may be put into href or src.
 */
export function safeURL(value) {
  if (typeof value !== 'string' || value.length > 4096) return null;
  let url;
  try {
    url = new URL(value);
  } catch {
    return null;
  }
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

/** externalLink makes a link that opens in a new tab and tells the target nothing. */
export function externalLink(href, props, ...children) {
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', ...props }, children);
}

/**
 * picture makes an image that removes itself (or `holder`) when it cannot be
 * loaded: a missing picture leaves no hole.
 */
export function picture(src, alt, className, holder) {
  const href = safeURL(src);
  if (!href) return null;
  const img = h('img', { src: href, alt: alt ?? '', class: className, loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' });
  img.addEventListener('error', () => (holder?.() ?? img).remove(), { once: true });
  return img;
}
