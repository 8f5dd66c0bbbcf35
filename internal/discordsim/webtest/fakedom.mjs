// As much of a DOM as the renderer needs, for tests without a browser. It has
// no way to parse HTML, and remembers attributes and children as they are.

class Node {
  children = [];
  append(...nodes) {
    for (const node of nodes) this.children.push(typeof node === 'string' ? new Text(node) : node);
  }
  replaceChildren(...nodes) {
    this.children = [];
    this.append(...nodes);
  }
  hasChildNodes() {
    return this.children.length > 0;
  }
  get textContent() {
    return this.children.map((child) => child.textContent).join('');
  }
}

class Text {
  constructor(value) {
    this.textContent = value;
  }
}

class Element extends Node {
  attributes = {};
  listeners = {};
  dataset = {};
  style = { values: {}, setProperty: (name, value) => (this.style.values[name] = value) };
  classList = {
    add: (...names) => (this.className = [this.className, ...names].filter(Boolean).join(' ')),
    remove: (name) => (this.className = this.className.split(' ').filter((x) => x !== name).join(' ')),
    toggle: (name, on) => (on ? this.classList.add(name) : this.classList.remove(name)),
  };
  className = '';
  constructor(tag) {
    super();
    this.tag = tag;
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  addEventListener(name, fn) {
    this.listeners[name] = fn;
  }
  /** press calls the listeners of an event as a browser would. */
  press(name, event = {}) {
    return this.listeners[name]?.({ preventDefault() {}, stopPropagation() {}, target: this, ...event });
  }
  focus() {}
  get src() {
    return this.attributes.src;
  }
}

/** install puts the fake in place of the browser's document. */
export function install() {
  globalThis.document = {
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
    createTextNode: (value) => new Text(value),
  };
}

/** walk visits every element below the given nodes. */
export function* walk(nodes) {
  for (const node of [nodes].flat()) {
    if (!(node instanceof Element)) continue;
    yield node;
    yield* walk(node.children);
  }
}

/** text is what a reader sees of nodes. */
export function text(nodes) {
  return [nodes].flat().map((node) => node.textContent).join('');
}
