// Makes elements. Texts are texts: nothing that came with a mail is ever read as HTML.

/**
 * @param {string} name @param {Record<string, any>} [set] @param {(Node | string | null | undefined)[]} inside
 * @returns {any}
 */
export function el(name, set = {}, ...inside) {
  const at = document.createElement(name);
  for (const [key, value] of Object.entries(set)) {
    if (key.startsWith("on")) {
      at.addEventListener(key.slice(2), value);
    } else if (value === true) {
      at.setAttribute(key, "");
    } else if (value !== false && value !== undefined && value !== null) {
      at.setAttribute(key, String(value));
    }
  }
  at.append(...inside.filter((i) => i !== null && i !== undefined && i !== "").map((i) => /** @type {Node | string} */ (i)));
  return at;
}

/** A text of the add-on. @param {string} name @param {string[]} [parameters] in the order of the English one */
export function say(name, parameters) {
  return messenger.i18n.getMessage(name, parameters);
}
