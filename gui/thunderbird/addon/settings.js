// What the add-on sets in Thunderbird, and takes back.

/** Cookies of others are refused while this is on. It ends with the add-on. @param {boolean} on */
export async function blockCookies(on) {
  const setting = messenger.privacy.websites.cookieConfig;
  if (on) {
    await setting.set({ value: { behavior: "reject_third_party" } });
  } else {
    await setting.clear({});
  }
}

/** Whether the add-on has cookies of others refused, and whether it may. */
export async function cookiesBlocked() {
  const at = await messenger.privacy.websites.cookieConfig.get({});
  return { on: at.levelOfControl === "controlled_by_this_extension", behavior: at.value.behavior };
}

/** A setting of the add-on, as it was when it was last asked for. @template T */
class Kept {
  /** @param {() => Promise<T>} ask */
  constructor(ask) {
    this.ask = ask;
    /** @type {Promise<T> | null} */
    this.known = null;
    const forget = () => {
      this.known = null;
    };
    messenger.storage.local.onChanged.addListener(forget);
    messenger.permissions.onAdded.addListener(forget);
    messenger.permissions.onRemoved.addListener(forget);
  }

  now() {
    this.known ??= this.ask();
    return this.known;
  }
}

const through = new Kept(async () => (await messenger.storage.local.get({ through: true })).through !== false);

/** Whether loads without TLS are asked for by Unseen. */
export function byUnseen() {
  return through.now();
}

/** The tag of mails that wanted to know, if the reader wants one. */
export const tagKey = "unseen-tracked";

const wanted = new Kept(async () => {
  const { tag } = await messenger.storage.local.get({ tag: false });
  return tag === true && (await messenger.permissions.contains({ permissions: ["messagesTagsList", "messagesUpdate"] }));
});

/** Whether tracked mails get a tag. */
export function tagging() {
  return wanted.now();
}

/** Gives a mail the tag. @param {any} header */
export async function tag(header) {
  const list = await messenger.messages.tags.list();
  if (!list.some((t) => t.key === tagKey)) {
    await messenger.messages.tags.create(tagKey, messenger.i18n.getMessage("tag"), "#8A3B12");
  }
  if (!header.tags.includes(tagKey)) {
    await messenger.messages.update(header.id, { tags: [...header.tags, tagKey] });
  }
}
