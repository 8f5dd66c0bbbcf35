// Discord's markdown, parsed to a plain tree. No DOM here: render.mjs turns
// the tree into nodes, and the tests read it directly.
//
// The text is a stranger's. Time is bounded by construction: nesting stops at
// MAX_DEPTH, and all searches for closing marks share one budget; when it is
// spent, what is left is shown as plain text.

const MAX_LENGTH = 16_384;
const MAX_DEPTH = 12;
const MAX_LABEL = 1_024;
const SEARCH_BUDGET = 400_000;

const HEADING = /^(#{1,3}) +(\S.*)$/;
const SUBTEXT = /^-# +(\S.*)$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(\S.*)$/;
const QUOTE = /^ *> /;
const QUOTE_REST = /^ *>>> /;

// In a run of text, the characters that may begin something.
const PLAIN = /[^\\`*_~|<[@hH¯]+/y;
const SHRUG = /¯\\_\(ツ\)_\/¯/y;
const ESCAPE = /\\([^0-9A-Za-z\s])/y;
const MENTION = /<(@!?|@&|#)(\d{1,20})>/y;
const COMMAND = /<\/([^:<>\n]{1,110}):(\d{1,20})>/y;
const EMOJI = /<(a?):(\w{2,32}):(\d{1,20})>/y;
const TIMESTAMP = /<t:(-?\d{1,17})(?::([tTdDfFRsS]))?>/y;
const ANGLE_LINK = /<(https?:\/\/[^\s<>]{1,2048})>/iy;
const BARE_LINK = /https?:\/\/(?:(?!\]\()[^\s<]){1,2048}/iy;
const EVERYONE = /@(everyone|here)\b/y;
const LANGUAGE = /^([A-Za-z0-9_+\-.#]{1,32})\n/;

/** parse returns the nodes of a message's content or an embed's description. */
export function parse(source) {
  const text = clean(source);
  return blocks(text, { budget: SEARCH_BUDGET, quoted: false }, 0);
}

/** parseInline returns the nodes of a text without blocks: titles, field names, labels. */
export function parseInline(source) {
  return inline(clean(source), { budget: SEARCH_BUDGET, quoted: false }, 0);
}

/** plainText flattens nodes to what a reader sees, for labels and titles. */
export function plainText(nodes) {
  return nodes.map((n) => n.value ?? (n.items ? n.items.map((i) => plainText(i.nodes)).join(' ') : plainText(n.nodes ?? []))).join('');
}

function clean(source) {
  return String(source ?? '').slice(0, MAX_LENGTH).replace(/\r\n?/g, '\n');
}

function blocks(src, ctx, depth) {
  const out = [];
  let i = 0;
  while (i < src.length) {
    const end = lineEnd(src, i);
    const line = src.slice(i, end);
    let match;
    if ((match = HEADING.exec(line))) {
      out.push({ type: 'heading', level: match[1].length, nodes: inline(match[2].trimEnd(), ctx, depth + 1) });
      i = end + 1;
    } else if ((match = SUBTEXT.exec(line))) {
      out.push({ type: 'subtext', nodes: inline(match[1], ctx, depth + 1) });
      i = end + 1;
    } else if (!ctx.quoted && QUOTE_REST.test(line)) {
      out.push(quote(src.slice(i).replace(QUOTE_REST, ''), ctx, depth));
      i = src.length;
    } else if (!ctx.quoted && QUOTE.test(line)) {
      const lines = [];
      for (let at = i; at < src.length; at = i) {
        const stop = lineEnd(src, at);
        const next = src.slice(at, stop);
        if (!QUOTE.test(next)) break;
        lines.push(next.replace(QUOTE, ''));
        i = stop + 1;
      }
      out.push(quote(lines.join('\n'), ctx, depth));
    } else if (ITEM.test(line)) {
      const [node, next] = list(src, i, ctx, depth);
      out.push(node);
      i = next;
    } else {
      const stop = paragraphEnd(src, i, ctx);
      out.push(...inline(src.slice(i, stop), ctx, depth));
      i = stop + 1;
    }
  }
  return out;
}

function lineEnd(src, from) {
  const at = src.indexOf('\n', from);
  return at < 0 ? src.length : at;
}

// A paragraph ends where a line begins another block; a fence inside it is
// jumped over, so that code is never taken for headings or lists.
function paragraphEnd(src, from, ctx) {
  let at = from;
  for (;;) {
    const end = lineEnd(src, at);
    const open = src.indexOf('```', at);
    if (open >= 0 && open < end) {
      const close = src.indexOf('```', open + 3);
      if (close >= 0) {
        at = close + 3;
        continue;
      }
    }
    if (end >= src.length) return src.length;
    const next = src.slice(end + 1, lineEnd(src, end + 1));
    if (HEADING.test(next) || SUBTEXT.test(next) || ITEM.test(next)) return end;
    if (!ctx.quoted && (QUOTE.test(next) || QUOTE_REST.test(next))) return end;
    at = end + 1;
  }
}

function quote(text, ctx, depth) {
  const inner = { ...ctx, quoted: true };
  const nodes = depth < MAX_DEPTH ? blocks(text, inner, depth + 1) : [{ type: 'text', value: text }];
  ctx.budget = inner.budget;
  return { type: 'quote', nodes };
}

// list reads consecutive item lines; indentation makes the levels, and an
// indented line that is no item continues the item above it. Where bullets
// change to numbers, another list begins.
function list(src, from, ctx, depth) {
  const first = ITEM.exec(src.slice(from, lineEnd(src, from)));
  const root = newList(first);
  const stack = [{ indent: first[1].length, list: root, owner: null }];
  let last = null;
  let i = from;
  while (i < src.length) {
    const end = lineEnd(src, i);
    const line = src.slice(i, end);
    const match = ITEM.exec(line);
    if (!match) {
      if (!last || !/^ +\S/.test(line)) break;
      last.text += `\n${line.trim()}`;
      i = end + 1;
      continue;
    }
    const indent = match[1].length;
    while (stack.length > 1 && indent < stack.at(-1).indent) stack.pop();
    const top = stack.at(-1);
    if (last && indent > top.indent && stack.length < MAX_DEPTH) {
      stack.push({ indent, list: addChild(last, match), owner: last });
    } else if (top.list.ordered !== isOrdered(match)) {
      if (!top.owner) break;
      top.list = addChild(top.owner, match);
    }
    last = { text: match[3], children: [] };
    stack.at(-1).list.items.push(last);
    i = end + 1;
  }
  finishItems(root, ctx, depth);
  return [root, i];
}

function isOrdered(match) {
  return /\d/.test(match[2]);
}

function newList(match) {
  return { type: 'list', ordered: isOrdered(match), start: isOrdered(match) ? parseInt(match[2], 10) : 1, items: [] };
}

function addChild(item, match) {
  const child = newList(match);
  item.children.push(child);
  return child;
}

// finishItems turns each item's text and lists into its nodes.
function finishItems(node, ctx, depth) {
  node.items = node.items.map(({ text, children }) => {
    children.forEach((child) => finishItems(child, ctx, depth));
    return { nodes: [...inline(text, ctx, depth + 1), ...children] };
  });
}

const PAIRS = [
  { mark: '**', type: 'strong', find: closingRun },
  { mark: '__', type: 'underline', find: closingRun },
  { mark: '~~', type: 'strike', find: closingPair },
  { mark: '||', type: 'spoiler', find: closingPair },
  { mark: '*', type: 'em', find: closingStar },
  { mark: '_', type: 'em', find: closingUnderscore },
];

function inline(src, ctx, depth) {
  if (depth > MAX_DEPTH) return src ? [{ type: 'text', value: src }] : [];
  const out = [];
  // Marks that have no partner in the rest of this text: looked for once only.
  const hopeless = new Set();
  let text = '';
  let i = 0;
  const push = (node, next) => {
    if (text) out.push({ type: 'text', value: text });
    text = '';
    out.push(node);
    i = next;
  };
  const at = (pattern) => {
    pattern.lastIndex = i;
    return pattern.exec(src);
  };

  scan: while (i < src.length) {
    if (ctx.budget <= 0) {
      text += src.slice(i);
      break;
    }
    let match = at(PLAIN);
    if (match) {
      text += match[0];
      i += match[0].length;
      continue;
    }
    switch (src[i]) {
      case '\\':
        if ((match = at(ESCAPE))) {
          text += match[1];
          i += 2;
          continue;
        }
        break;
      case '¯':
        if ((match = at(SHRUG))) {
          text += match[0];
          i += match[0].length;
          continue;
        }
        break;
      case '`': {
        const found = code(src, i, ctx, hopeless);
        if (found) {
          if (found.node.type === 'codeblock' && text.endsWith('\n')) text = text.slice(0, -1);
          push(found.node, found.end);
          if (found.node.type === 'codeblock' && src[i] === '\n') i += 1;
          continue;
        }
        const run = /`+/y;
        run.lastIndex = i;
        const ticks = run.exec(src)[0];
        text += ticks;
        i += ticks.length;
        continue;
      }
      case '<': {
        const found = angle(at);
        if (found) {
          push(found.node, i + found.length);
          continue;
        }
        break;
      }
      case '[': {
        const found = maskedLink(src, i, ctx, depth, hopeless);
        if (found) {
          push(found.node, found.end);
          continue;
        }
        break;
      }
      case 'h':
      case 'H':
        if ((match = at(BARE_LINK))) {
          const url = trimLink(match[0]);
          if (url) {
            push({ type: 'link', url, nodes: [{ type: 'text', value: url }] }, i + url.length);
            continue;
          }
        }
        break;
      case '@':
        if ((match = at(EVERYONE))) {
          push({ type: 'everyone', value: match[0] }, i + match[0].length);
          continue;
        }
        break;
      default:
        for (const pair of PAIRS) {
          if (!src.startsWith(pair.mark, i) || hopeless.has(pair.mark)) continue;
          const close = pair.find(src, i, pair.mark, ctx, hopeless);
          if (close < 0) continue;
          const inner = src.slice(i + pair.mark.length, close);
          push({ type: pair.type, nodes: inline(inner, ctx, depth + 1) }, close + pair.mark.length);
          continue scan;
        }
    }
    text += src[i];
    i += 1;
  }
  if (text) out.push({ type: 'text', value: text });
  return out;
}

// **…** and __…__: the first closing mark that no further mark follows.
function closingRun(src, open, mark, ctx, hopeless) {
  for (let j = open + 2; j < src.length; j += 1) {
    if (src[j] === '\\') {
      j += 1;
    } else if (j > open + 2 && src.startsWith(mark, j) && src[j + 2] !== mark[0]) {
      ctx.budget -= j - open;
      return j;
    }
  }
  ctx.budget -= src.length - open;
  hopeless.add(mark);
  return -1;
}

// ~~…~~ and ||…||: the first closing mark after at least one character.
function closingPair(src, open, mark, ctx, hopeless) {
  const close = src.indexOf(mark, open + 3);
  ctx.budget -= (close < 0 ? src.length : close) - open;
  if (close < 0) hopeless.add(mark);
  return close;
}

// *…*: does not begin or end with a space; ** inside belongs to bold.
function closingStar(src, open, mark, ctx) {
  if (open + 1 >= src.length || /\s/.test(src[open + 1])) return -1;
  for (let j = open + 1; j < src.length; j += 1) {
    ctx.budget -= 1;
    if (src[j] === '\\') {
      j += 1;
    } else if (src[j] === '*') {
      if (src[j + 1] === '*') j += 1;
      else if (/\s/.test(src[j - 1]) || onlyMarks(src, open + 1, j)) return -1;
      else return j;
    }
  }
  return -1;
}

// _…_: the closing mark must not be followed by a letter or digit, so that
// snake_case stays as it is.
function closingUnderscore(src, open, mark, ctx) {
  for (let j = open + 1; j < src.length; j += 1) {
    ctx.budget -= 1;
    if (src[j] === '\\') {
      j += 1;
    } else if (src[j] === '_') {
      if (src[j + 1] === '_') j += 1;
      else if (/\w/.test(src[j + 1] ?? ' ') || onlyMarks(src, open + 1, j)) return -1;
      else return j;
    }
  }
  return -1;
}

// onlyMarks tells whether nothing stands between two marks but such marks.
function onlyMarks(src, from, to) {
  for (let j = from; j < to; j += 1) if (src[j] !== src[to]) return false;
  return true;
}

function code(src, open, ctx, hopeless) {
  if (src.startsWith('```', open) && !hopeless.has('```')) {
    const close = src.indexOf('```', open + 4);
    ctx.budget -= (close < 0 ? src.length : close) - open;
    if (close < 0) hopeless.add('```');
    else {
      let body = src.slice(open + 3, close);
      const language = LANGUAGE.exec(body);
      if (language && body.length > language[0].length) body = body.slice(language[0].length);
      body = body.replace(/^\n+/, '').replace(/\n{1,64}$/, '');
      if (body) return { node: { type: 'codeblock', language: language?.[1] ?? '', value: body }, end: close + 3 };
    }
  }
  let ticks = 1;
  while (src[open + ticks] === '`') ticks += 1;
  const key = `code${ticks}`;
  if (hopeless.has(key)) return null;
  for (let j = open + ticks; j < src.length; ) {
    const start = src.indexOf('`', j);
    if (start < 0) break;
    let end = start + 1;
    while (src[end] === '`') end += 1;
    ctx.budget -= end - j;
    if (end - start === ticks) {
      const value = src.slice(open + ticks, start).replace(/^ (?= {0,8}`)/, '').replace(/(`) $/, '$1');
      return { node: { type: 'code', value }, end };
    }
    j = end;
  }
  hopeless.add(key);
  return null;
}

function angle(at) {
  let match;
  if ((match = at(MENTION))) {
    const kind = match[1] === '#' ? 'channel' : match[1] === '@&' ? 'role' : 'user';
    return { node: { type: 'mention', kind, id: match[2] }, length: match[0].length };
  }
  if ((match = at(TIMESTAMP))) {
    return { node: { type: 'timestamp', unix: Number(match[1]), style: match[2] ?? 'f', raw: match[0] }, length: match[0].length };
  }
  if ((match = at(EMOJI))) {
    return { node: { type: 'emoji', name: match[2], id: match[3], animated: match[1] === 'a' }, length: match[0].length };
  }
  if ((match = at(COMMAND))) {
    return { node: { type: 'command', name: match[1], id: match[2] }, length: match[0].length };
  }
  if ((match = at(ANGLE_LINK))) {
    return { node: { type: 'link', url: match[1], nodes: [{ type: 'text', value: match[1] }] }, length: match[0].length };
  }
  return null;
}

// [label](address) and [label](<address> "title"). Like Discord, a label that
// itself shows an address is left as text: it could lie about the target.
function maskedLink(src, open, ctx, depth, hopeless) {
  if (hopeless.has('[')) return null;
  if (src.indexOf('](', open) < 0) {
    ctx.budget -= src.length - open;
    hopeless.add('[');
    return null;
  }
  const limit = Math.min(src.length, open + MAX_LABEL);
  let level = 0;
  let close = -1;
  for (let j = open; j < limit; j += 1) {
    ctx.budget -= 1;
    if (src[j] === '\\') j += 1;
    else if (src[j] === '[') level += 1;
    else if (src[j] === ']' && (level -= 1) === 0) {
      close = j;
      break;
    }
  }
  if (close < 0 || src[close + 1] !== '(') return null;
  const target = linkTarget(src, close + 2);
  if (!target || !/^https?:\/\/\S/i.test(target.url)) return null;
  const label = src.slice(open + 1, close);
  if (!label.trim() || /https?:\/\//i.test(label)) return null;
  const nodes = inline(label, ctx, depth + 1);
  return { node: { type: 'link', url: target.url, title: target.title, masked: true, nodes: nodes.map(withoutLinks) }, end: target.end };
}

const TARGET_ANGLE = /\s{0,8}<([^\s<>]{1,2048})>/y;
const TARGET_TITLE = /\s{1,8}(?:"([^"\n]{0,512})"|'([^'\n]{0,512})')/y;
const TARGET_END = /\s{0,8}\)/y;

function linkTarget(src, from) {
  let url;
  let i;
  TARGET_ANGLE.lastIndex = from;
  const angled = TARGET_ANGLE.exec(src);
  if (angled) {
    url = angled[1];
    i = TARGET_ANGLE.lastIndex;
  } else {
    i = from;
    while (src[i] === ' ') i += 1;
    const start = i;
    let level = 0;
    while (i < src.length && i - start < 2048 && !/\s/.test(src[i])) {
      if (src[i] === '\\' && i + 1 < src.length) i += 1;
      else if (src[i] === '(') level += 1;
      else if (src[i] === ')' && (level -= 1) < 0) break;
      i += 1;
    }
    url = src.slice(start, i).replace(/\\([^0-9A-Za-z\s])/g, '$1');
  }
  TARGET_TITLE.lastIndex = i;
  const titled = TARGET_TITLE.exec(src);
  if (titled) i = TARGET_TITLE.lastIndex;
  TARGET_END.lastIndex = i;
  if (!TARGET_END.exec(src)) return null;
  return { url, title: titled ? (titled[1] ?? titled[2]) : undefined, end: TARGET_END.lastIndex };
}

// A link cannot hold another one.
function withoutLinks(node) {
  if (node.type === 'link') return { type: 'text', value: plainText(node.nodes) };
  return node.nodes ? { ...node, nodes: node.nodes.map(withoutLinks) } : node;
}

// A bare address ends before the punctuation of the sentence around it, and
// before a closing parenthesis that it did not open.
function trimLink(raw) {
  let end = raw.length;
  let open = 0;
  for (const char of raw) open += char === '(' ? 1 : char === ')' ? -1 : 0;
  for (; end > 0; end -= 1) {
    const last = raw[end - 1];
    if (last === ')' && open < 0) open += 1;
    else if (last === ')' || !/[.,:;"'\]]/.test(last)) break;
  }
  return end > raw.indexOf('://') + 3 ? raw.slice(0, end) : null;
}
