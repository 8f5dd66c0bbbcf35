import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, parseInline, plainText } from '../web/js/markdown.mjs';

// show writes a tree as a short text: strong(a) and the like.
function show(nodes) {
  return nodes.map((n) => {
    switch (n.type) {
      case 'text': return n.value;
      case 'code': return `code(${n.value})`;
      case 'codeblock': return `pre[${n.language}](${n.value})`;
      case 'heading': return `h${n.level}(${show(n.nodes)})`;
      case 'link': return `link[${n.url}](${show(n.nodes)})`;
      case 'list': return `${n.ordered ? `ol[${n.start}]` : 'ul'}(${n.items.map((i) => show(i.nodes)).join('|')})`;
      case 'mention': return `${n.kind}[${n.id}]`;
      case 'everyone': return `everyone(${n.value})`;
      case 'command': return `command[${n.name}]`;
      case 'emoji': return `emoji[${n.name}]`;
      case 'timestamp': return `time[${n.unix},${n.style}]`;
      default: return `${n.type}(${show(n.nodes)})`;
    }
  }).join('');
}

const cases = [
  // emphasis
  ['**bold**', 'strong(bold)'],
  ['*it* and _it_', 'em(it) and em(it)'],
  ['***both***', 'strong(em(both))'],
  ['__under__ ~~gone~~ ||hidden||', 'underline(under) strike(gone) spoiler(hidden)'],
  ['**a *b* c**', 'strong(a em(b) c)'],
  ['__**x**__', 'underline(strong(x))'],
  ['*a **b** c*', 'em(a strong(b) c)'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['* not em*', 'ul(not em*)'],
  ['snake_case_name', 'snake_case_name'],
  ['**open', '**open'],
  ['****', '****'],
  ['||**x** y||', 'spoiler(strong(x) y)'],
  ['**two\nlines**', 'strong(two\nlines)'],
  // escapes
  ['\\*not\\* \\_x\\_ \\\\', '*not* _x_ \\'],
  ['**a \\** b**', 'strong(a ** b)'],
  ['¯\\_(ツ)_/¯', '¯\\_(ツ)_/¯'],
  ['\\<@1>', '<@1>'],
  ['\\[a](https://example.com)', '[a](link[https://example.com](https://example.com))'],
  // code
  ['`a **b**`', 'code(a **b**)'],
  ['``co`de``', 'code(co`de)'],
  ['`` `a` ``', 'code(`a`)'],
  ['`open', '`open'],
  ['```\nplain\n```', 'pre[](plain)'],
  ['```go\nx := 1\n```', 'pre[go](x := 1)'],
  ['```one line```', 'pre[](one line)'],
  ['```\n# no\n- no\n> no\n```', 'pre[](# no\n- no\n> no)'],
  ['before\n```\nx\n```\nafter', 'beforepre[](x)after'],
  ['```open\nx', '```open\nx'],
  // blocks
  ['# One\n## Two\n### Three\ntext', 'h1(One)h2(Two)h3(Three)text'],
  ['#hashtag', '#hashtag'],
  ['#### four', '#### four'],
  ['-# small', 'subtext(small)'],
  ['> quoted\n> more\nafter', 'quote(quoted\nmore)after'],
  ['>no', '>no'],
  ['>>> all\nof it', 'quote(all\nof it)'],
  ['> # big\n> - item', 'quote(h1(big)ul(item))'],
  ['text\n> quoted', 'textquote(quoted)'],
  ['- a\n- b', 'ul(a|b)'],
  ['1. a\n2. b', 'ol[1](a|b)'],
  ['3. c', 'ol[3](c)'],
  ['- a\n1. b', 'ul(a)ol[1](b)'],
  ['- a\n  - b\n  - c\n- d', 'ul(aul(b|c)|d)'],
  ['1. a\n   more', 'ol[1](a\nmore)'],
  ['- a\ntext', 'ul(a)text'],
  ['-no', '-no'],
  // links
  ['[a](https://example.com/x)', 'link[https://example.com/x](a)'],
  ['[a](<https://example.com/x> "t")', 'link[https://example.com/x](a)'],
  ['[**a**](https://example.com)', 'link[https://example.com](strong(a))'],
  ['[a](https://example.com/p_(x))', 'link[https://example.com/p_(x)](a)'],
  ['[[a] b](https://example.com)', 'link[https://example.com]([a] b)'],
  ['[https://bank.example](https://evil.example)', '[link[https://bank.example](https://bank.example)](link[https://evil.example](https://evil.example))'],
  ['[a](javascript:alert(1))', '[a](javascript:alert(1))'],
  ['[a](data:text/html,x)', '[a](data:text/html,x)'],
  ['[a](//example.com)', '[a](//example.com)'],
  ['[a]( )', '[a]( )'],
  ['<https://example.com/y>', 'link[https://example.com/y](https://example.com/y)'],
  ['see https://example.com/a_b_c.', 'see link[https://example.com/a_b_c](https://example.com/a_b_c).'],
  ['(https://example.com/x)', '(link[https://example.com/x](https://example.com/x))'],
  ['https://example.com/w_(x)', 'link[https://example.com/w_(x)](https://example.com/w_(x))'],
  ['**https://example.com**', 'strong(link[https://example.com](https://example.com))'],
  ['https://', 'https://'],
  ['http', 'http'],
  // mentions, emoji, times
  ['<#12> <@34> <@!34> <@&56>', 'channel[12] user[34] user[34] role[56]'],
  ['@everyone @here', 'everyone(@everyone) everyone(@here)'],
  ['someone@example.com', 'someone@example.com'],
  ['</feeds add:12>', 'command[feeds add]'],
  ['<:tidings:123> <a:wave:456>', 'emoji[tidings] emoji[wave]'],
  ['<t:1700000000> <t:1700000000:R> <t:-5:d>', 'time[1700000000,f] time[1700000000,R] time[-5,d]'],
  ['<t:x:R> <t:1:q>', '<t:x:R> <t:1:q>'],
  // what is not markup stays text
  ['<b>x</b> &amp; <script>alert(1)</script>', '<b>x</b> &amp; <script>alert(1)</script>'],
];

for (const [source, want] of cases) {
  test(`parse ${JSON.stringify(source)}`, () => assert.equal(show(parse(source)), want));
}

test('a text without blocks keeps block marks as text', () => {
  assert.equal(show(parseInline('# a\n- **b**')), '# a\n- strong(b)');
});

test('plainText gives what a reader sees', () => {
  assert.equal(plainText(parseInline('**a** [b](https://example.com) `c`')), 'a b c');
});

test('anything that is no text is an empty message', () => {
  for (const source of [null, undefined, '']) assert.deepEqual(parse(source), []);
  assert.equal(show(parse(12)), '12');
});

// Each of these is the worst case of one rule. Without bounds they take from
// seconds to for ever; a hang fails the run by node's own timeout.
const hostile = {
  'open bold': '**a '.repeat(2500),
  'nested bold': `${'**a'.repeat(1600)}${'a**'.repeat(1600)}`,
  'mixed marks': '*_~~||__**'.repeat(1000),
  'stars': '*'.repeat(10000),
  'stars and spaces': '* *a '.repeat(2000),
  'underscores': '_'.repeat(10000),
  'underscore words': '_a __b '.repeat(1500),
  'backticks': Array.from({ length: 140 }, (_, i) => '`'.repeat(i + 1)).join(' '),
  'fences': '``` '.repeat(2500),
  'brackets': '['.repeat(10000),
  'brackets with an end': `${'['.repeat(5000)}](https://example.com)`,
  'links in links': `${'[a'.repeat(1500)}${'](https://e.com)'.repeat(400)}`,
  'quotes': '> '.repeat(5000),
  'quote lines': '> > a\n'.repeat(1600),
  'deep list': Array.from({ length: 130 }, (_, i) => `${' '.repeat(i)}- a`).join('\n'),
  'list lines': '- a\n'.repeat(2500),
  'headings': '# a\n'.repeat(2500),
  'backslashes': '\\'.repeat(10000),
  'angles': '<'.repeat(10000),
  'timestamps': '<t:1'.repeat(2500),
  'addresses': 'https://'.repeat(1250),
  'closing parentheses': `https://example.com/${')'.repeat(9900)}`,
  'newlines': '\n'.repeat(10000),
  'spaces': `${' '.repeat(9990)}- a`,
};

for (const [name, source] of Object.entries(hostile)) {
  test(`hostile: ${name}`, { timeout: 5000 }, () => {
    const nodes = parse(source);
    assert.ok(depth(nodes) <= 40, 'nesting is bounded');
  });
}

function depth(nodes) {
  let most = 0;
  for (const node of nodes) {
    const inner = node.items ? node.items.flatMap((i) => i.nodes) : node.nodes ?? [];
    most = Math.max(most, 1 + depth(inner));
  }
  return most;
}

test('text survives: no visible character is lost without marks around it', () => {
  const words = 'Smartphones for the US are part of Xiaomi’s strategy, 🙂 日本語 — no date.';
  assert.equal(plainText(parse(words)), words);
});
