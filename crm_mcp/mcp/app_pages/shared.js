"use strict";
// What all pages share: their words, elements made of text alone, numbers, and the messages with the host
// (MCP Apps, 2026-01-26). Everything from the CRM goes in as text nodes: it was written by strangers.
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");
const fill = (said, values) => said.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const text = (message, values = {}) => fill(words[message] ?? message, values);
const ntext = (one, many, count, values = {}) =>
  fill((words[one] ?? [one, many])[count === 1 ? 0 : 1], { count: written(count), ...values });

const page = id => document.getElementById(id);
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined).map(child => child?.nodeType ? child : String(child)));
  return made;
}
// A status that is set twice to the same text would be announced once.
function tell(id, said = "") {
  page(id).hidden = !said;
  if (page(id).textContent !== said) page(id).textContent = said;
}

let locale = document.documentElement.lang;
const grouping = () => locale.startsWith("hu") ? "min2" : "auto";
function written(number, options = {}) {
  const all = { maximumFractionDigits: 2, useGrouping: grouping(), ...options };
  try { return number.toLocaleString(locale, all); } catch { return number.toLocaleString(undefined, { maximumFractionDigits: 2 }); }
}

const saidBy = result => (result.content || []).map(block => block.text).filter(Boolean).join(" ");
// A host may hand on a result's text alone, which is the same as JSON.
function foundIn(result) {
  if (result.structuredContent) return result.structuredContent;
  try { return Object(JSON.parse(saidBy(result))); } catch { return {}; }
}

const host = (() => {
  const waiting = new Map();
  let lastId = 0, capabilities = {}, handlers = {}, size = "";

  const send = message => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  function request(method, params, withinMs = 0) {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const timer = withinMs && setTimeout(() => { waiting.delete(id); reject(new Error(handlers.texts.late)); }, withinMs);
      waiting.set(id, { resolve, reject, timer });
      send({ id, method, params });
    });
  }
  async function callTool(name, given, withinMs = 0) {
    const result = await request("tools/call", { name, arguments: given }, withinMs) || {};
    if (result.resultType === "input_required") throw new Error(handlers.texts.unasked);
    // What the tool itself says is known to be so; any other error leaves open what became of the call.
    if (result.isError) throw Object.assign(new Error(saidBy(result) || handlers.texts.failed), { isSaid: true });
    return result;
  }
  // The host's colours are taken in pairs, and only where they can be read on each other.
  function takeStyle(context) {
    const root = document.documentElement;
    if (context.theme === "light" || context.theme === "dark") root.dataset.theme = context.theme;
    for (const [name, value] of Object.entries(context.styles?.variables || {})) {
      if (/^--(color|font-sans)/.test(name) && typeof value === "string") root.style.setProperty(name, value);
    }
    const [ink, soft, paper, card] = ["text-primary", "text-secondary", "background-primary", "background-secondary"].map(luminance);
    const isRead = (one, other) => one !== null && other !== null && (Math.max(one, other) + .05) / (Math.min(one, other) + .05) >= 4.5;
    const hasPaper = isRead(ink, paper);
    root.toggleAttribute("data-host-paper", hasPaper);
    root.toggleAttribute("data-host-card", hasPaper && isRead(ink, card) && isRead(soft, card));
    root.toggleAttribute("data-host-soft", hasPaper && isRead(soft, paper) && isRead(soft, card));
  }
  function luminance(name) {
    if (!document.documentElement.style.getPropertyValue(`--color-${name}`)) return null;
    const probe = element("span");
    probe.style.color = `var(--color-${name})`;
    document.body.append(probe);
    const parts = getComputedStyle(probe).color.match(/^rgb\((\d+), (\d+), (\d+)\)$/);
    probe.remove();
    if (!parts) return null;
    const [red, green, blue] = parts.slice(1).map(part => part / 255).map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * red + .7152 * green + .0722 * blue;
  }
  function heed(context = {}) {
    takeStyle(context);
    if (context.locale) locale = context.locale;
    const inset = context.safeAreaInsets;
    if (inset) document.body.style.padding = ["top", "right", "bottom", "left"].map(side => `${16 + (inset[side] || 0)}px`).join(" ");
    if (context.containerDimensions?.maxWidth) document.documentElement.style.maxWidth = `${context.containerDimensions.maxWidth}px`;
    handlers.context?.(context);
  }
  function tellSize() {
    const now = { width: Math.ceil(document.documentElement.scrollWidth), height: Math.ceil(document.body.getBoundingClientRect().height) };
    if (size !== (size = JSON.stringify(now))) send({ method: "ui/notifications/size-changed", params: now });
  }
  addEventListener("message", event => {
    if (event.source !== parent || event.data?.jsonrpc !== "2.0") return;
    const { id, method, params, result, error } = event.data;
    if (!method && waiting.has(id)) {
      const { resolve, reject, timer } = waiting.get(id);
      waiting.delete(id);
      clearTimeout(timer);
      if (error) reject(new Error(error.message)); else resolve(result);
    } else if (method === "ui/notifications/tool-input") handlers.input?.(params?.arguments || {});
    else if (method === "ui/notifications/tool-result") handlers.result(params || {});
    else if (method === "ui/notifications/tool-cancelled") handlers.cancelled();
    else if (method === "ui/notifications/host-context-changed") heed(params);
    else if (id !== undefined && (method === "ui/resource-teardown" || method === "ping")) {
      if (method !== "ping") handlers.teardown?.();
      send({ id, result: {} });
    } else if (id !== undefined && method) send({ id, error: { code: -32601, message: "Method not found" } });
  });
  return {
    callTool,
    get canCall() { return Boolean(capabilities.serverTools); },
    // Tells whether the host took it.
    say: said => request("ui/message", { role: "user", content: [{ type: "text", text: said }] }).then(taken => !taken?.isError, () => false),
    tellModel: said => capabilities.updateModelContext
      && request("ui/update-model-context", { content: [{ type: "text", text: said }] }).catch(() => {}),
    start(name, given) {
      handlers = given;
      for (const marked of document.querySelectorAll("[data-text]")) marked.textContent = text(marked.textContent);
      request("ui/initialize", {
        protocolVersion: "2026-01-26", appInfo: { name, version: "1" }, appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
      }, 20000).then(answer => {
        capabilities = answer?.hostCapabilities || {};
        heed(answer?.hostContext);
        send({ method: "ui/notifications/initialized", params: {} });
        new ResizeObserver(tellSize).observe(document.body);
        tellSize();
      }).catch(error => handlers.failed(error));
    },
  };
})();
