// The colour scheme: the system's, until the toggle says otherwise. The early
// script in theme-early.js applies a stored choice before the first paint.

import { fill } from './dom.mjs';
import { icon } from './icons.mjs';

const KEY = 'discordsim.theme';
const light = matchMedia('(prefers-color-scheme: light)');

function current() {
  return document.documentElement.dataset.theme ?? (light.matches ? 'light' : 'dark');
}

/** themeToggle makes a button switch between the light and the dark scheme. */
export function themeToggle(button) {
  const render = () => {
    const other = current() === 'dark' ? 'light' : 'dark';
    fill(button, icon(other === 'light' ? 'sun' : 'moon'));
    button.setAttribute('aria-label', `Switch to the ${other} theme`);
    button.title = `Switch to the ${other} theme`;
  };
  button.addEventListener('click', () => {
    const next = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // The choice then lasts until the page is closed.
    }
    render();
  });
  light.addEventListener('change', render);
  render();
}
