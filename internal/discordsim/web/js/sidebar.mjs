// Server rail, channel list, user panel and member list.

import { fill, h } from './dom.mjs';
import { displayName, initials } from './format.mjs';
import { icon } from './icons.mjs';
import { Select } from './listbox.mjs';
import { appBadge, avatar } from './message.mjs';

const CATEGORY = 4;
const SELECTABLE = new Set([0, 5]);
const ICONS = { 2: 'speaker', 5: 'megaphone', 13: 'speaker' };

// refill draws a list of buttons anew and keeps the keyboard's place in it.
function refill(el, ...children) {
  const at = [...el.querySelectorAll('button')].indexOf(document.activeElement);
  fill(el, ...children);
  if (at >= 0) el.querySelectorAll('button')[at]?.focus({ preventScroll: true });
}

/** serverRail keeps the list of guild icons. */
export function serverRail(store, el) {
  const render = () => refill(el, h('ul', null, store.guilds.map((guild) => {
    const current = guild.id === store.guildId;
    const unread = guild.channels.some((c) => store.unread.has(c.id));
    return h('li', { class: `rail-item${current ? ' current' : ''}${unread ? ' unread' : ''}` },
      h('button', {
        class: 'guild-icon',
        type: 'button',
        title: guild.name,
        'aria-label': unread ? `${guild.name}, new posts` : guild.name,
        'aria-current': current ? 'page' : null,
        onclick: () => store.select(guild.id),
      }, h('span', { 'aria-hidden': 'true' }, guild.icon_text || initials(guild.name))));
  })));
  store.on('guilds', render);
  store.on('selection', render);
}

/** channelList keeps the open guild's name and channels. */
export function channelList(store, { title, el, onChoose }) {
  const row = (channel) => {
    const name = [icon(ICONS[channel.type] ?? 'hash'), h('span', { class: 'channel-name' }, channel.name)];
    if (!SELECTABLE.has(channel.type)) return h('li', null, h('span', { class: 'channel-row inert' }, name));
    const current = channel.id === store.channelId;
    const unread = store.unread.has(channel.id);
    return h('li', null, h('button', {
      class: `channel-row${current ? ' current' : ''}${unread ? ' unread' : ''}`,
      type: 'button',
      'aria-current': current ? 'page' : null,
      'aria-label': `${channel.name}${channel.type === 5 ? ', announcements' : ''}${unread ? ', new posts' : ''}`,
      onclick: () => {
        store.select(store.guildId, channel.id);
        onChoose();
      },
    }, name));
  };
  const render = () => {
    const channels = store.guild?.channels ?? [];
    title.textContent = store.guild?.name ?? 'No server';
    const categories = channels.filter((c) => c.type === CATEGORY);
    const under = (id) => channels.filter((c) => c.type !== CATEGORY && (c.parent_id ?? null) === id);
    const loose = channels.filter((c) => c.type !== CATEGORY && !categories.some((k) => k.id === c.parent_id));
    refill(el,
      loose.length > 0 && [
        categories.length === 0 && h('h3', { class: 'channel-heading' }, 'Text channels'),
        h('ul', null, loose.map(row)),
      ],
      categories.map((category) => [
        h('h3', { class: 'channel-heading' }, category.name),
        h('ul', null, under(category.id).map(row)),
      ]));
  };
  store.on('guilds', render);
  store.on('selection', render);
}

const role = (manages) => (manages ? 'Can manage the server' : 'Member');

/** userPanel shows who is looking and, with several users, lets them switch. */
export function userPanel(store, el) {
  const render = () => {
    const { me, users } = store;
    if (!me) return;
    const content = [
      avatar(me, store.bot, 'avatar small online'),
      h('span', { class: 'user-names' },
        h('span', { class: 'user-name' }, displayName(me)),
        h('span', { class: 'user-role' }, role(store.canManage))),
    ];
    if (users.length < 2) {
      fill(el, h('div', { class: 'user-current' }, content));
      return;
    }
    const button = h('button', { class: 'user-current', type: 'button', 'aria-label': `You are ${displayName(me)}. Switch user`, title: 'Look as another person' }, content, icon('chevron'));
    const control = new Select({
      label: 'Users of this demo',
      className: 'user-select',
      button,
      options: () => users.map((user) => ({
        value: user.id,
        label: displayName(user),
        selected: user.id === me.id,
        content: [h('span', { class: 'option-name' }, displayName(user)), typeof user.manage_guild === 'boolean' && h('span', { class: 'option-description' }, role(user.manage_guild))],
      })),
      onChange: ([id]) => {
        store.become(id);
        el.querySelector('button')?.focus();
      },
    });
    fill(el, control.el);
  };
  store.on('user', render);
}

/** memberList shows who is on the server; everyone of the demo is. */
export function memberList(store, el) {
  const row = (user, { bot, online }) => h('li', { class: `member${online ? '' : ' offline'}` },
    avatar(user, store.bot, `avatar small${online ? ' online' : ''}`),
    h('span', { class: 'user-names' },
      h('span', { class: 'member-name' }, h('span', null, displayName(user)), bot && appBadge()),
      bot && !online && h('span', { class: 'user-role' }, 'Not connected')));
  const render = () => {
    const people = store.users.filter((u) => u.id !== store.bot?.id);
    const online = people.length + (store.botOnline ? 1 : 0);
    fill(el,
      h('h2', { class: 'member-heading' }, `Online — ${online}`),
      h('ul', null, store.botOnline && store.bot && row(store.bot, { bot: true, online: true }), people.map((u) => row(u, { online: true }))),
      !store.botOnline && store.bot && [
        h('h2', { class: 'member-heading' }, 'Offline — 1'),
        h('ul', null, row(store.bot, { bot: true, online: false })),
      ]);
  };
  store.on('user', render);
  store.on('bot', render);
}
