"use strict";
const PER_STAGE = 10, READ_MS = 60000, STILL_MS = 15000, CLOSED = ["Success", "Failed"];
let asked = {}, answer = null, measure = "", order = [], closed = null, opened = "", turn = 0;

const args = given => asked.account === undefined ? given : { account: asked.account, ...given };
const keysOf = group => Object.keys(group).filter(key => typeof group[key] !== "number");
const labelOf = group => keysOf(group).map(key => group[key] || text("(none)")).join(" · ") || text("All");
const measuresOf = groups => [...new Set(groups.flatMap(group => Object.keys(group).filter(key => typeof group[key] === "number")))];
const isByStatus = () => [].concat(asked.group_by || []).join() === "status";
function criteria() {
  const { group_by, measures, chart, max_groups, max_reads, account, ...rest } = asked;
  return rest;
}

const KINDS = {
  sum: field => text("{field}, total", { field }), average: field => text("{field}, average", { field }),
  avg: field => text("{field}, average", { field }), median: field => text("{field}, median", { field }),
  min: field => text("{field}, smallest", { field }), max: field => text("{field}, largest", { field }),
};
function nameOf(one) {
  const at = one.indexOf(":"), kind = KINDS[one.slice(0, at)];
  return one === "count" ? text("Cards") : kind ? kind(one.slice(at + 1)) : one;
}
// A label such as "Budget (HUF)" tells the currency.
function valueOf(one, number) {
  if (number === undefined) return "–";
  const currency = /\(([A-Z]{3})\)\s*$/.exec(one)?.[1];
  return written(number, currency ? { style: "currency", currency, minimumFractionDigits: 0, maximumFractionDigits: 2 } : {});
}

// What these stages come to, where that can be told: averages do not add up, nor does what was not read whole.
function totalOf(groups) {
  const adds = measure === "count" || measure.startsWith("sum:"), isWhole = answer.exact !== false && !answer.other;
  return adds && isWhole ? valueOf(measure, groups.reduce((all, group) => all + (group[measure] || 0), 0)) : "";
}

function inOrder(groups) {
  const places = new Map(order.map((label, at) => [label, at]));
  const placeOf = group => places.get(Object.values(group).find(value => typeof value !== "number")) ?? order.length;
  return order.length ? [...groups].sort((one, other) => placeOf(one) - placeOf(other)) : groups;
}

function drawStages() {
  const groups = inOrder(answer.groups), most = Math.max(1e-9, ...groups.map(group => Math.abs(group[measure] || 0)));
  const isClosed = group => closed?.has(group.status);
  const parts = [[text("Open"), groups.filter(group => !isClosed(group)), ""], [text("Closed"), groups.filter(isClosed), "closed"]];
  const isSplit = parts.every(([, some]) => some.length);
  page("stages").replaceChildren(...parts.filter(([, some]) => some.length).flatMap(([name, some, look]) => [
    isSplit ? element("h2", { class: "row" }, element("span", {}, name), " ", element("span", { class: "number" }, totalOf(some))) : null,
    element("ol", { class: look || null, "aria-label": isSplit ? name : nameOf(measure) }, ...some.map(group => stage(group, most))),
  ]).filter(Boolean));
}

function stage(group, most) {
  const label = labelOf(group), bar = element("div", { class: group[measure] < 0 ? "moves below" : "moves" });
  bar.style.width = `${100 * Math.abs(group[measure] || 0) / most}%`;
  const value = element("span", { class: "value number" }, valueOf(measure, group[measure]));
  if (measure !== "count" && group.count !== undefined) value.append(element("small", {}, ntext("{count} card", "{count} cards", group.count)));
  const parts = [element("span", { class: "label" }, label), " ", value, element("span", { class: "track", "aria-hidden": "true" }, group[measure] ? bar : null)];
  const item = element("li", { class: "stage" });
  if (!(isByStatus() && group.status && host.canCall)) {
    item.append(element("div", { class: "line" }, ...parts));
    return item;
  }
  const line = element("button", { type: "button", class: "line", "aria-expanded": String(opened === label) },
    element("span", { class: "mark", "aria-hidden": "true" }), ...parts);
  line.addEventListener("click", () => {
    opened = opened === label ? "" : label;
    for (const one of document.querySelectorAll(".line[aria-expanded=true]")) { one.setAttribute("aria-expanded", "false"); one.nextElementSibling?.remove(); }
    if (opened) { line.setAttribute("aria-expanded", "true"); openStage(item, group); }
  });
  item.append(line);
  if (opened === label) openStage(item, group);
  return item;
}

function openStage(item, group) {
  const list = element("ul", { class: "cards", "aria-label": labelOf(group) });
  item.append(list);
  readCards(list, { ...criteria(), status: group.status, limit: PER_STAGE });
}

async function readCards(list, given) {
  const waiting = element("li", { role: "status", class: "soft" }, text("Reading…"));
  list.append(waiting);
  try {
    const found = foundIn(await host.callTool("search_projects", args(given), READ_MS));
    const cards = (found.items || []).map(card);
    list.append(...cards);
    if (!list.querySelector("button") && !cards.length) list.append(element("li", { class: "soft" }, text("There is no card here any more.")));
    if (found.next_cursor) list.append(more(list, { ...given, cursor: found.next_cursor }, text("Show more")));
    if (given.cursor) cards[0]?.querySelector("button")?.focus();
  } catch (error) {
    list.append(element("li", { role: "alert" }, text("The cards could not be read: {why}", { why: error.message })), more(list, given, text("Try again")));
  }
  waiting.remove();
}

function more(list, given, said) {
  const item = element("li"), button = element("button", { type: "button" }, said);
  button.addEventListener("click", () => {
    for (const one of list.querySelectorAll("[role=alert]")) one.remove();
    item.remove();
    readCards(list, given);
  });
  item.append(button);
  return item;
}

function card(project) {
  const button = element("button", { type: "button" }, element("span", {}, project.name || text("Project {id}", { id: project.id })));
  const beside = [project.business || project.contact, project.user].filter(Boolean).join(" · ");
  if (beside) button.append(" ", element("small", {}, beside));
  button.addEventListener("click", async () => {
    const said = text("Tell me about MiniCRM project {id}.", { id: project.id });
    tell("problem", await host.say(said) ? "" : text("This host passes on no question from here. Write it yourself: {question}", { question: said }));
  });
  return element("li", {}, button);
}

function drawMeasures(all) {
  page("measures").setAttribute("aria-label", text("Measure"));
  page("measures").replaceChildren(...(all.length < 2 ? [] : all).map(one => {
    const button = element("button", { type: "button", "aria-pressed": String(one === measure) }, nameOf(one));
    button.addEventListener("click", () => {
      measure = one;
      for (const other of page("measures").children) other.setAttribute("aria-pressed", String(other === button));
      drawStages();
      drawTold();
    });
    return button;
  }));
}

function drawTold() {
  const parts = [ntext("{count} card", "{count} cards", answer.total ?? 0)];
  const total = totalOf(answer.groups);
  if (total && measure !== "count") parts.push(`${nameOf(measure)}: ${total}`);
  if (answer.exact === false) parts.push(text("not all of them were read"));
  tell("told", parts.join(" · "));
}

function draw(result) {
  answer = foundIn(result);
  tell("problem");
  if (result.isError || !answer || !Array.isArray(answer.groups)) return fail(saidBy(result));
  page("title").textContent = asked.module ? text("Pipeline: {module}", { module: asked.module }) : text("Pipeline");
  const measures = measuresOf(answer.groups);
  measure = measures.includes(measure) ? measure : measures.find(one => one !== "count") || measures[0] || "count";
  page("controls").hidden = false;
  tell("note", answer.note || "");
  drawMeasures(measures);
  drawTold();
  if (answer.groups.length) drawStages();
  else page("stages").replaceChildren(element("p", { class: "soft" }, text("No card matches.")));
  if (host.canCall) learn(++turn);
}

function fail(why) {
  tell("told");
  tell("problem", why || text("There is nothing to draw."));
}

// What the answer does not say: the order of the account's statuses, which of them are closed, and further modules.
async function learn(mine) {
  const isOver = () => mine !== turn;
  try {
    const all = foundIn(await host.callTool("list_modules", args({}), READ_MS)).items || [];
    const modules = all.filter(one => one.crm === undefined || one.crm === "minicrm");
    if (isOver()) return;
    drawModules(modules);
    const own = modules.find(one => one.id === String(asked.module) || one.name.toLowerCase() === String(asked.module ?? "").toLowerCase());
    if (!own || !isByStatus() || !answer.groups.length) return;
    const given = { module: own.id, ...(own.crm ? { crm: own.crm } : {}) };
    const [described, ...groups] = await Promise.all([host.callTool("describe_module", args(given), READ_MS),
      ...(asked.status_group ? [] : CLOSED.map(group => host.callTool("summarize_projects", args({ ...criteria(), status_group: group, group_by: ["status"] }), READ_MS)))]);
    if (isOver()) return;
    order = Object.values(foundIn(described).statuses || {});
    closed = new Set(groups.flatMap(one => (foundIn(one).groups || []).map(group => group.status)));
    drawStages();
  } catch { /* the answer alone is drawn, in its own order */ }
}

function drawModules(modules) {
  page("choosing").hidden = modules.length < 2;
  const named = modules.find(one => one.id === String(asked.module) || one.name === asked.module);
  page("module").replaceChildren(...(named ? [] : [element("option", { value: "" }, text("All"))]),
    ...modules.map(one => element("option", { value: one.id }, one.name)));
  page("module").value = named?.id || "";
}

page("module").addEventListener("change", async event => {
  const name = event.target.selectedOptions[0].textContent;
  const given = { module: name, group_by: ["status"], ...(asked.account === undefined ? {} : { account: asked.account }) };
  event.target.disabled = true;
  tell("problem");
  tell("told", text("Reading…"));
  try {
    const result = await host.callTool("summarize_projects", given, READ_MS);
    asked = given; order = []; closed = null; opened = "";
    draw(result);
  } catch (error) { fail(error.message); }
  event.target.disabled = false;
  event.target.focus();
});
page("stages").addEventListener("keydown", event => {
  const lines = [...page("stages").querySelectorAll("button.line")], at = lines.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
  if (at >= 0 && to !== undefined && lines[to]) { event.preventDefault(); lines[to].focus(); }
});

setTimeout(() => { if (!answer && page("problem").hidden) tell("told", text("The host has not sent the answer yet.")); }, STILL_MS);
host.start("crm-pipeline", {
  texts: { late: text("The host gave no answer in time."), failed: text("The call failed."), unasked: text("The call failed.") },
  context: () => { if (answer && page("problem").hidden) { drawStages(); drawTold(); } },
  input: given => {
    asked = given;
    tell("account", asked.account === undefined ? "" : text("Account: {account}", { account: asked.account }));
  },
  result: draw,
  cancelled: () => fail(text("The call was cancelled.")),
  failed: error => fail(text("The host refused the page: {why}", { why: error.message })),
});
