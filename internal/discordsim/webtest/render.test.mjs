import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install, text, walk } from './fakedom.mjs';

install();
const { embed, inlineMarkdown, markdown } = await import('../web/js/render.mjs');

const names = {
  channel: (id) => (id === '1' ? { id, name: 'phones', type: 0 } : null),
  role: (id) => (id === '2' ? { id, name: 'fans', color: 0xff0000 } : null),
  user: (id) => (id === '3' ? { id, username: 'ada', global_name: 'Ada' } : null),
};

test('mentions show names, and say when they know none', () => {
  assert.equal(text(markdown('<#1> <@&2> <@3> <#9> <@&9> <@9>', names)), 'phones @fans @Ada unknown @unknown-role @unknown-user');
});

test('links open in a new tab, tell nothing, and are http or https', () => {
  const sources = [
    '[a](https://example.com)', '<https://example.com>', 'https://example.com', 'HTTPS://EXAMPLE.COM/x',
    '[a](javascript:alert(1))', '[a](JaVaScRiPt:alert(1))', '<javascript:alert(1)>', '[a](https:javascript:alert(1))',
    '[a](data:text/html;base64,PHNjcmlwdD4=)', '[a](vbscript:x)', '[a](file:///etc/passwd)', '[a](\u0001javascript:x)', '[a](http://)',
  ];
  let links = 0;
  for (const el of walk(sources.flatMap((source) => markdown(source, names)))) {
    if (el.tag !== 'a') continue;
    links += 1;
    assert.match(el.attributes.href, /^https?:\/\//);
    assert.match(el.attributes.rel, /\bnoopener\b/);
    assert.equal(el.attributes.target, '_blank');
  }
  assert.equal(links, 4);
});

test('markup in a text stays text', () => {
  const hostile = '<img src=x onerror=alert(1)><script>x</script> <a href="javascript:x">y</a> " onmouseover="x';
  const nodes = markdown(hostile, names);
  assert.equal([...walk(nodes)].length, 0);
  assert.equal(text(nodes), hostile);
});

test('no text becomes an attribute that runs', () => {
  const nodes = [
    embed({
      title: '" onclick="x', url: 'javascript:alert(1)', description: '**<svg onload=x>**', color: 0xff,
      author: { name: '<b>', url: 'javascript:x', icon_url: 'javascript:x' },
      thumbnail: { url: 'javascript:x' }, image: { url: 'data:image/svg+xml,<svg/>' },
      footer: { text: '<i>', icon_url: 'file:///x' }, fields: [{ name: '<u>', value: '[x](javascript:y)' }],
    }, names),
  ];
  for (const el of walk(nodes)) {
    for (const [name, value] of Object.entries(el.attributes)) {
      assert.ok(!name.startsWith('on') && name !== 'style', `${el.tag} has ${name}`);
      if (name === 'href' || name === 'src') assert.match(value, /^https?:/);
    }
    assert.ok(!['script', 'svg', 'img'].includes(el.tag), el.tag);
  }
});

test('an embed without anything to show is left out', () => {
  assert.equal(embed({}, names), null);
  assert.equal(embed({ color: 5, fields: [] }, names), null);
});

test('inline fields share a row of three at most', () => {
  const spans = (flags) => {
    const el = embed({ fields: flags.map((inline, i) => ({ name: `n${i}`, value: 'v', inline })) }, names);
    return [...walk(el)].filter((n) => n.className === 'embed-field').map((n) => n.style.gridColumn);
  };
  assert.deepEqual(spans([true, true, true]), ['span 4', 'span 4', 'span 4']);
  assert.deepEqual(spans([true, true, false, true]), ['span 6', 'span 6', 'span 12', 'span 12']);
  assert.deepEqual(spans([true, true, true, true]), ['span 4', 'span 4', 'span 4', 'span 12']);
});

test('a relative time is marked for updating, with the full date as its title', () => {
  const [el] = markdown('<t:1700000000:R>', names);
  assert.equal(el.tag, 'time');
  assert.ok('relative' in el.dataset);
  assert.equal(el.attributes.datetime, '2023-11-14T22:13:20.000Z');
  assert.match(el.attributes.title, /2023/);
});

test('a time that no calendar holds stays as it was written', () => {
  assert.equal(text(markdown('<t:99999999999999999:F>', names)), '<t:99999999999999999:F>');
});

test('a spoiler is hidden from readers until it is pressed', () => {
  const [el] = inlineMarkdown('||the end||', names);
  const [content] = el.children;
  assert.equal(el.attributes.role, 'button');
  assert.equal(content.attributes['aria-hidden'], 'true');
  el.listeners.click();
  assert.equal(el.getAttribute('role'), null);
  assert.equal(content.getAttribute('aria-hidden'), null);
});
