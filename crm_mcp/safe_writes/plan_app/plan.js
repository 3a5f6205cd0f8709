"use strict";
// What is done with the plan, and what is said of it: it is written, cancelled, taken back, made anew.
async function load(planId) {
  const rows = [];
  let table = null, next = 0;
  while (next !== undefined) {
    const part = foundIn(await host.callTool(tool, args({ plan_id: planId, table: next }), READ_MS));
    if (!Array.isArray(part.rows)) throw new Error(text("The plan could not be read."));
    rows.push(...part.rows);
    table = { ...part, warnings: table?.warnings || part.warnings };
    next = part.next > next ? part.next : undefined;
  }
  if (plan?.plan_id !== planId) { leftOut = new Set(); shownPage = 0; filter = page("filter").value = ""; }
  plan = { ...table, rows };
  draw();
}

function button(said, act, look = "", id) {
  const made = element("button", { type: "button", class: look || null, id }, said);
  made.disabled = isBusy;
  made.addEventListener("click", act);
  return made;
}

function draw() {
  const open = isOpen(), counts = {};
  for (const row of plan.rows) counts[row.outcome] = (counts[row.outcome] || 0) + 1;
  page("tools").hidden = plan.rows.length <= 1 || (!open && plan.rows.length <= FEW);
  page("everything").hidden = !open;
  page("searching").hidden = plan.rows.length <= FEW;
  page("filter").setAttribute("aria-label", text("Find in the plan"));
  page("filter").placeholder = text("Find in the plan");
  drawTable();
  page("foot").hidden = false;
  const warnings = plan.warnings || [];
  page("warnings").hidden = !warnings.length;
  page("warnings").querySelector("summary").textContent = ntext("{count} remark", "{count} remarks", warnings.length);
  page("warnings").querySelector("ul").replaceChildren(...warnings.map(one => element("li", {}, one)));
  if (plan.unsure) drawEnd(text("It is not known what became of it"), plan.unsure.told, [button(text("Look again"), plan.unsure.look, "chief")]);
  else if (open) drawOpen();
  else if (plan.isDropped) drawEnd(text("Cancelled"), text("Nothing was written from here."), [button(text("Show the plan again"), () => { plan.isDropped = false; draw(); })]);
  else if (plan.state === "writing") drawEnd(text("Being written"), text("{done} of {all} done so far", { done: written(plan.rows.filter(row => row.outcome && row.outcome !== "not tried").length), all: written(plan.rows.length) }),
    [button(text("Look again"), () => attempt(follow))]);
  else drawWritten(counts);
}

function drawOpen() {
  page("title").textContent = text("Check before it is written");
  const idle = plan.rows.length - choosable().length;
  tell("told", [ntext("Nothing was written yet. {count} record would be.", "Nothing was written yet. {count} records would be.", choosable().length),
    idle ? ntext("{count} stays as it is.", "{count} stay as they are.", idle) : ""].filter(Boolean).join(" "));
  tell("hint", !plan.asks ? "" : plan.asking === "impossible"
    ? text("This needs a question that this host cannot put to you, so it cannot be written from here.")
    : plan.asking === "asked" ? text("You will be asked once more before anything is written.") : "");
  page("actions").replaceChildren(button("", write, "chief", "write"), button(text("Cancel"), cancel));
  drawChoice();
}

function drawWritten(counts) {
  const parts = [["written", n => ntext("{count} written", "{count} written", n)], ["same", n => ntext("{count} was so already", "{count} were so already", n)],
    ["left out", n => ntext("{count} left out", "{count} left out", n)], ["refused", n => ntext("{count} not written", "{count} not written", n)],
    ["unknown", n => ntext("{count} unknown: look at it before it is repeated", "{count} unknown: look at them before they are repeated", n)],
    ["not tried", n => ntext("{count} not tried", "{count} not tried", n)], ["undone", n => ntext("{count} taken back", "{count} taken back", n)]];
  const actions = [];
  if (plan.write_id && counts.written) actions.push(button(ntext("Undo {count} record", "Undo {count} records", counts.written), undo));
  if (plan.successor) actions.push(button(text("Show what was not tried"), () => attempt(() => load(plan.successor)), "chief"));
  if (counts.refused && canRemake()) actions.push(button(text("Show these anew"), remake));
  drawEnd(counts.written ? text("Written") : text("Nothing is left to do here"), parts.filter(([name]) => counts[name]).map(([name, said]) => said(counts[name])).join(", ") + ".",
    actions, plan.write_id ? text("This write is {write_id}.", { write_id: plan.write_id }) : "");
}

function drawEnd(title, told, actions, hint = "") {
  page("title").textContent = title;
  tell("told", told);
  tell("count");
  tell("hint", hint);
  page("actions").replaceChildren(...actions);
}

// Only what changes records that are there can be planned again: what creates would create twice.
const canRemake = () => asked.plan_id === undefined && Object.keys(asked).length > 0 && plan.rows.every(row => row.kind !== "new");

function busy(now) {
  isBusy = now;
  document.body.setAttribute("aria-busy", String(now));
  for (const one of document.querySelectorAll("#actions button, #table input, #all")) one.disabled = now;
}

async function attempt(act, said = "") {
  busy(true);
  tell("problem");
  if (said) tell("told", said);
  const still = setTimeout(offerLook, STILL_MS);
  try { await act(); } catch (error) { tell("problem", error.message); }
  clearTimeout(still);
  busy(false);
  if (plan) draw();
  page("title").focus();
}

// An answer may have been lost on its way: the plan itself still tells what became of it.
function offerLook() {
  tell("hint", text("No answer yet. If the host shows a question, it waits for you."));
  if (!plan?.plan_id) return;
  const look = button(text("Look again"), () => load(plan.plan_id).then(() => { if (plan.state === "applied") busy(false); else offerLook(); },
    error => tell("problem", error.message)));
  look.disabled = false;
  page("actions").append(look);
}

function write() {
  const { plan_id } = plan, without = choosable().filter(row => leftOut.has(row.row)).map(row => row.row);
  return attempt(async () => {
    await settle(host.callTool(tool, args({ plan_id, ...(without.length ? { without } : {}) })), {
      told: text("The connection failed during the writing: some records may be written."), look: () => attempt(() => load(plan_id)) });
    if (plan.state === "writing") await follow();
    host.tellModel(plan.state === "open" ? `The user did not confirm ${plan_id}.`
      : `In the table the user had ${plan_id} written: ${JSON.stringify(tally())}, ${plan.write_id || "no write_id"}. Do not apply it again.`);
  }, text("Writing…"));
}

// What the server says of the plan counts, whatever came of a call; where it says nothing, nobody knows.
async function settle(call, unsure) {
  try { return await call; }
  finally {
    try { await load(plan.plan_id); }
    catch (error) {
      plan.unsure = unsure;
      host.tellModel(`It is not known what became of ${plan.plan_id}: the page lost its connection. Look before you repeat anything.`);
      throw error;
    }
  }
}

const tally = () => plan.rows.reduce((all, row) => ({ ...all, [row.outcome]: (all[row.outcome] || 0) + 1 }), {});

async function follow() {
  for (let turn = 0; turn < MOST_WAITS && plan.state === "writing"; turn++) {
    await host.callTool(tool, args({ plan_id: plan.plan_id })).catch(() => {});  // it waits on the server
    await load(plan.plan_id);
  }
}

function cancel() {
  return attempt(async () => {
    await load(plan.plan_id).catch(() => {});  // somebody may have had it written meanwhile
    if (!isOpen()) return;
    plan.isDropped = true;
    host.tellModel(`The user cancelled ${plan.plan_id} in the table: it is not to be written.`);
  });
}

function undo() {
  const { write_id, plan_id } = plan, call = () => host.callTool("undo_write", args({ write_id }));
  const unsure = { told: text("The connection failed during the undo: some records may be taken back."), look: plan_id ? () => attempt(() => load(plan_id)) : undo };
  return attempt(async () => {
    const result = plan_id ? await settle(call(), unsure) : await call().catch(error => { if (!error.isSaid) plan.unsure = unsure; throw error; });
    plan.unsure = undefined;
    takeUndone(foundIn(result));
    host.tellModel(`The user asked to take ${write_id} back; now its records are ${JSON.stringify(tally())}.`);
  }, text("Taking back…"));
}

// Why a record was left as it is stands in the answer alone, and of what was written without a plan all else too.
function takeUndone({ items, next_step }) {
  const rows = plan.rows.filter(row => row.outcome === "written" || row.outcome === "undone");
  if (!items || items.length !== rows.length) { tell("problem", next_step); return; }
  rows.forEach((row, at) => {
    if (!plan.plan_id && items[at].ok) row.outcome = "undone";
    if (!items[at].ok) Object.assign(row, { message: items[at].message, isLeft: true });
  });
}

function remake() {
  return attempt(async () => {
    const result = await host.callTool(tool, { ...asked, dry_run: true }, READ_MS * 3);
    await take(result);
  }, text("Reading again…"));
}

// What was written without a plan: the result of each record, with an undo.
function takeWritten(found) {
  const items = found.items || [{ index: 0, ok: true, ...found }];
  const rows = items.map(item => ({ row: item.index, id: item.id, kind: "change", fields: [], message: item.message,
    outcome: item.ok ? item.write_id ? "written" : "same" : item.unknown ? "unknown" : "refused" }));
  plan = { plan_id: "", state: "applied", rows, write_id: rows.some(row => row.outcome === "written") ? found.write_id : "" };
  draw();
}

async function take(result) {
  const said = saidBy(result), given = foundIn(result);
  tool = result._meta?.["crm-mcp/tool"] || tool;
  const planId = given.plan_id || asked.plan_id;
  if (result.isError && !planId) throw new Error(said || text("The call failed."));
  if (planId && tool && host.canCall) return load(planId);
  if (given.items || given.id) return takeWritten(given);
  page("title").textContent = text("Plan");
  tell("told", given.plan_id || asked.dry_run ? text("Nothing was written.") : "");
  tell("problem", [given.next_step, ...(given.warnings || [])].filter(Boolean).join(" ") || (result.isError && said) || text("There is nothing to show."));
}

async function takeCancelled() {
  if (asked.plan_id && tool && host.canCall) return load(asked.plan_id);
  tell("told", asked.dry_run ? text("The call was cancelled. Nothing was written.")
    : text("The call was cancelled. Some records may be written: look before it is repeated."));
}

// What could not be shown can be planned anew, where its call is known.
async function show(drawing) {
  hasResult = true;
  try { await drawing; }
  catch (error) {
    tell("told");
    tell("problem", error.message);
    if (Object.keys(asked).length && asked.plan_id === undefined && tool && host.canCall) {
      page("foot").hidden = false;
      page("actions").replaceChildren(button(text("Make the plan anew"), remake, "chief"));
    }
  }
}

page("all").addEventListener("change", () => {
  for (const row of found().filter(one => one.closed === undefined)) if (page("all").checked) leftOut.delete(row.row); else leftOut.add(row.row);
  drawTable();
  drawChoice();
});
page("filter").addEventListener("input", () => { filter = page("filter").value; shownPage = 0; drawTable(); if (isOpen()) drawChoice(); });
page("table").addEventListener("keydown", event => {
  const ticks = [...page("table").querySelectorAll("input[type=checkbox]")], at = ticks.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ticks.length - 1 }[event.key];
  if (at >= 0 && to !== undefined && ticks[to]) { event.preventDefault(); ticks[to].focus(); }
});

setTimeout(() => { if (!hasResult) tell("told", text("The host has not sent the plan yet.")); }, STILL_MS);
host.start("crm-plan", {
  texts: { late: text("The host gave no answer in time."), failed: text("The call failed."),
    unasked: text("The host did not put the question to you. Nothing was written.") },
  context: given => { tool = tool || given.toolInfo?.tool?.name || ""; },
  input: given => {
    asked = given;
    tell("account", asked.account === undefined ? "" : text("Account: {account}", { account: asked.account }));
  },
  result: result => show(take(result)),
  cancelled: () => show(takeCancelled()),
  failed: error => { hasResult = true; tell("told"); tell("problem", text("The host refused the page: {why}", { why: error.message })); },
});
