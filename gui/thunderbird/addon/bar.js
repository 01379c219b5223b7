// Runs in a shown mail. Mails have no scripts, and what is in a closed shadow root their
// style sheets do not reach.

(() => {
  const root = document.documentElement;
  const own = /** @type {any} */ (globalThis); // of scripts of the add-on alone
  if (!root || own.shown) {
    return; // nothing that a mail can write makes it go away
  }
  own.shown = true;
  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {any} */
  let port = null;
  // The mail comes first: whoever pages on before it is drawn has no work done for them.
  requestIdleCallback(begin, { timeout: 300 });

  /** Says that the mail is shown, and draws what is said of it. */
  function begin() {
    const remote = document.querySelector(
      "[src^='http'], [srcset*='http'], [background^='http'], [poster^='http'], object[data^='http'], link[href^='http'], [style*='url('], style",
    );
    port = messenger.runtime.connect({ name: "bar" });
    port.onMessage.addListener((/** @type {any} */ state) => {
      lead(state.links, state.gateway);
      draw(state);
    });
    port.postMessage({ shown: true, document: document.URL, remote: remote !== null });
  }

  /** @type {Map<string, any>} */
  const asked = new Map();

  /** Lets links lead where they end; those that are asked about, to their page. @param {any[]} links @param {string} gateway */
  function lead(links, gateway) {
    const by = new Map(links.map((l) => [normal(l.url), l]));
    for (const a of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[href], area[href]"))) {
      const link = by.get(normal(a.href));
      if (!link) {
        continue;
      }
      const to = link.ask ? gateway + "/l/" + link.token : link.to;
      a.setAttribute("href", to);
      asked.set(normal(to), link);
      if (link.to && !a.title) {
        a.title = link.to;
      }
    }
  }

  /** @param {string} url */
  function normal(url) {
    try {
      return new URL(url).href;
    } catch {
      return "";
    }
  }

  /** @param {{style: string, summary: string, hint: string}} state */
  function draw(state) {
    if (!state.summary) {
      host?.remove();
      host = null;
      return;
    }
    if (!host) {
      host = document.createElement("div");
      host.setAttribute("role", "region");
      host.setAttribute("aria-label", "Unseen");
      // An author's style sheet does not win over this, neither in what is said here nor
      // in what is not.
      for (const [name, value] of [["all", "initial"], ["display", "block"], ["visibility", "visible"], ["opacity", "1"], ["position", "static"], ["height", "auto"], ["transform", "none"], ["clip-path", "none"]]) {
        host.style.setProperty(name, value, "important");
      }
      (document.body ?? root).prepend(host);
    }
    const shadow = shadowOf(host);
    const style = document.createElement("style");
    style.textContent = state.style;
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.append(mark(), said(state));
    if (!state.hint) {
      const more = document.createElement("button");
      more.type = "button";
      more.textContent = messenger.i18n.getMessage("held");
      more.addEventListener("click", () => port.postMessage({ panel: true }));
      bar.append(more);
    }
    shadow.replaceChildren(style, bar);
  }

  /** @type {WeakMap<HTMLElement, ShadowRoot>} */
  const shadows = new WeakMap();

  /** @param {HTMLElement} at */
  function shadowOf(at) {
    let shadow = shadows.get(at);
    if (!shadow) {
      shadow = at.attachShadow({ mode: "closed" });
      shadows.set(at, shadow);
    }
    return shadow;
  }

  /** @param {{summary: string, hint: string}} state */
  function said(state) {
    const text = document.createElement("p");
    text.textContent = state.hint ? state.summary + " " + state.hint : state.summary;
    text.setAttribute("role", "status");
    return text;
  }

  /** The closed eye. */
  function mark() {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 32 32");
    svg.setAttribute("aria-hidden", "true");
    const frame = document.createElementNS(ns, "rect");
    for (const [name, value] of [["x", "3"], ["y", "6"], ["width", "26"], ["height", "20"], ["rx", "3"]]) {
      frame.setAttribute(name, value);
    }
    const flap = document.createElementNS(ns, "path");
    flap.setAttribute("d", "M4 8c3.5 6.5 7.500 9.500 12 9.500S24.500 14.500 28 8M16 17.500v3.500M10.500 15.800 9 18.800M21.500 15.800 23 18.800");
    svg.append(frame, flap);
    return svg;
  }

  // By the keyboard, too: pressing Enter on a link is a click.
  document.addEventListener(
    "click",
    (event) => {
      const at = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null;
      const link = at && asked.get(normal(/** @type {HTMLAnchorElement} */ (at).href));
      if (link && event.button === 0 && event.isTrusted) {
        event.preventDefault();
        event.stopImmediatePropagation();
        port.postMessage({ follow: link });
      }
    },
    true,
  );
})();
