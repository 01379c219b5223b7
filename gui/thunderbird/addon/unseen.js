// The way to Unseen: one program that Thunderbird starts, whose messages are answers
// and news. Whoever asks waits two seconds at most; without an answer nothing is known,
// and what is not known is held.

import { Door, keyOf, pair } from "./door.js";

/** How long an answer may take, in milliseconds. */
export const patience = 2000;

const host = "io.github.unseen_mail.unseen";

/** A refusal, with a code, a sentence and what to do. */
export class Refusal extends Error {
  /** @param {string} code @param {string} text @param {string} [hint] */
  constructor(code, text, hint = "") {
    super(text);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Unseen, as seen from here.
 */
export class Unseen {
  /** @param {{changed: (event: any) => void, turned: (up: boolean) => void}} told */
  constructor(told) {
    this.told = told;
    /** @type {any} */
    this.port = null;
    this.up = false;
    this.installed = true;
    /** @type {{gateway: string, dead_end: number, way?: {port: number, password: string}} | null} */
    this.hello = null;
    this.last = 0;
    /** @type {Map<number, {take: (v: any) => void, refuse: (e: Error) => void, parts: string[]}>} */
    this.waiting = new Map();
    /** @type {(() => void)[]} */
    this.forUp = [];
    this.pause = 250;
    this.turns = 0;
  }

  /** Starts the program, or goes by the door that a code opened; and again when it ends. */
  async connect() {
    const turn = ++this.turns;
    const key = await keyOf().catch(() => null);
    if (turn !== this.turns) {
      return; // another one was quicker
    }
    const port = /** @type {any} */ (key ? new Door(key) : messenger.runtime.connectNative(host));
    this.port = port;
    const since = Date.now();
    port.onMessage.addListener((/** @type {any} */ m) => this.take(m));
    port.onDisconnect.addListener(() => {
      if (this.port !== port) {
        return;
      }
      this.port = null;
      // One that cannot be started ends at once.
      this.installed = key !== null || this.last > 0 || Date.now() - since > 5000;
      this.turn(false);
      for (const w of this.waiting.values()) {
        w.refuse(new Refusal("not-running", "the program ended"));
      }
      this.waiting.clear();
      this.pause = Date.now() - since > 5000 ? 250 : Math.min(this.pause * 2, 5000);
      setTimeout(() => turn === this.turns && this.connect(), this.pause);
    });
  }

  /** Brings a code, and goes by that door from now on. @param {string} code */
  async pair(code) {
    if (!(await pair(code))) {
      return false;
    }
    const before = this.port;
    this.port = null;
    before?.disconnect?.();
    await this.connect();
    return this.ready();
  }

  /** @param {any} m */
  take(m) {
    if (m.daemon) {
      this.pause = 250;
      if (m.daemon === "down") {
        this.turn(false);
      } else {
        this.greet();
      }
      return;
    }
    if (m.event) {
      this.told.changed(m.event);
      return;
    }
    const w = this.waiting.get(m.id);
    if (!w) {
      return;
    }
    if (m.part !== undefined && m.part !== "") {
      w.parts.push(m.part);
      return;
    }
    this.waiting.delete(m.id);
    if (m.error) {
      w.refuse(new Refusal(m.error.code, m.error.text, m.error.hint));
    } else if (m.parts) {
      w.take(JSON.parse(w.parts.join("")));
    } else {
      w.take(m.body);
    }
  }

  /** Asks what has to be known before anything else. */
  async greet() {
    try {
      this.hello = await this.ask("GET", "/v1/addon");
      this.turn(true);
    } catch {
      this.turn(false);
    }
  }

  /** @param {boolean} up */
  turn(up) {
    const turned = this.up !== up;
    this.up = up;
    if (up) {
      const waiting = this.forUp;
      this.forUp = [];
      waiting.forEach((go) => go());
    }
    if (turned || !up) {
      this.told.turned(up);
    }
  }

  /** Waits until Unseen runs, for as long as an answer may take. */
  async ready() {
    if (this.up) {
      return true;
    }
    await soon(new Promise((go) => this.forUp.push(() => go(true))), patience).catch(() => false);
    return this.up;
  }

  /**
   * Asks one question.
   * @param {string} method @param {string} path @param {any} [body] @param {string} [mail]
   * @returns {Promise<any>}
   */
  ask(method, path, body, mail) {
    const port = this.port;
    if (!port) {
      return Promise.reject(new Refusal("not-running", "there is no program"));
    }
    const id = ++this.last;
    return new Promise((take, refuse) => {
      this.waiting.set(id, { take, refuse, parts: [] });
      port.postMessage({ id, method, path, body, mail });
    });
  }

  /**
   * Where a released load without TLS goes: Unseen asks for it, and nothing that says
   * who asks goes with it. Nothing if it goes as Thunderbird is set up to.
   * @param {string} name
   */
  wayOut(name) {
    const way = this.hello?.way;
    return way && { type: "socks", host: "127.0.0.1", port: way.port, username: name, password: way.password, proxyDNS: true, connectionIsolationKey: name };
  }

  /**
   * Where held loads are sent: a port that refuses at once, or one where nobody is. By
   * TLS, for whoever else should listen there has no certificate for it, and is told
   * nothing.
   */
  deadEnd() {
    return { type: "https", host: "127.0.0.1", port: (this.up && this.hello?.dead_end) || 9 };
  }
}

/**
 * A promise that fails if it takes longer.
 * @template T @param {Promise<T>} p @param {number} ms @returns {Promise<T>}
 */
export function soon(p, ms) {
  let timer = 0;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Refusal("late", "no answer in time")), ms);
  });
  return /** @type {Promise<T>} */ (Promise.race([p, late]).finally(() => clearTimeout(timer)));
}
