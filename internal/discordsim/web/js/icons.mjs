// Line icons, drawn for this page on a 24 by 24 grid.

const SVG = 'http://www.w3.org/2000/svg';

const paths = {
  hash: 'M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16',
  megaphone: 'M4 10v4h3l9 4.5v-13L7 10H4zM8 14.5 9.5 20H12M19 9.5a4 4 0 0 1 0 5',
  speaker: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  menu: 'M4 6.5h16M4 12h16M4 17.5h16',
  close: 'M6 6l12 12M18 6 6 18',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c0-3.5 2.5-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5a3.3 3.3 0 0 1 0 6.4M18 14.6c2.2.7 3.5 2.3 3.5 4.9',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z',
  chevron: 'M6 9.5l6 6 6-6',
  down: 'M12 5v14M6 13l6 6 6-6',
  check: 'M5 12.5l4.5 4.5L19 7',
  send: 'M4 4.5 20.5 12 4 19.5 6.5 12 4 4.5zM6.5 12H13',
  external: 'M14 4.5h5.5V10M19.5 4.5 11 13M17 13.5v6H4.5V7h6',
  warning: 'M12 4 2.8 19.5h18.4L12 4zM12 10v4.5M12 17v.3',
  slash: 'M16 4 8 20',
  file: 'M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5M9 13h6.5M9 16.5h6.5',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  apps: 'M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM16.5 13.5v6M13.5 16.5h6',
};

/** icon makes one of the icons above; decorative, so hidden from assistive technology. */
export function icon(name, className = '') {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: `icon ${className}`.trim(), 'aria-hidden': 'true', focusable: 'false' })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}

/** newswire is the bot's picture: a dispatch, three lines and a dot. */
export function newswire() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 40 40');
  svg.setAttribute('class', 'avatar-art');
  svg.setAttribute('aria-hidden', 'true');
  const shape = (tag, attributes) => {
    const el = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
    svg.append(el);
  };
  shape('rect', { width: 40, height: 40, fill: '#17524f' });
  shape('path', { d: 'M10 13h14M10 20h20M10 27h16', stroke: '#f5efe0', 'stroke-width': 3.2, 'stroke-linecap': 'round' });
  shape('circle', { cx: 29.2, cy: 13, r: 2.6, fill: '#ff8a5c' });
  return svg;
}
