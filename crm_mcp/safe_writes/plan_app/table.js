"use strict";
// The plan as it is known, and its table: each record before and after, with a tick.
const PER_PAGE = 25, LONG = 180, LEAD = 40, READ_MS = 40000, STILL_MS = 15000, FEW = 10, MOST_WAITS = 40;
let tool = "", asked = {}, plan = null, leftOut = new Set(), filter = "", shownPage = 0, isBusy = false, hasResult = false;

// An account that the call named goes with each call of the page.
const args = given => asked.account === undefined ? given : { account: asked.account, ...given };
const isOpen = () => plan.state === "open" && !plan.isDropped && !plan.unsure;
const choosable = () => plan.rows.filter(row => row.closed === undefined);
const chosen = () => choosable().filter(row => !leftOut.has(row.row));
const nameOf = row => row.name || row.id || row.fields.filter(one => typeof one.after === "string" && one.after.trim())
  .slice(0, 2).map(one => one.after).join(" ") || text("Record {number}", { number: row.row + 1 });
const shownValue = value => value === null || value === undefined || value === "" ? "" :
  Array.isArray(value) ? value.map(shownValue).join(", ") :
  typeof value === "number" ? (Math.abs(value) < 10000 ? String(value) : written(value, { maximumFractionDigits: 20 })) :
  typeof value === "object" ? JSON.stringify(value) : value === true ? text("yes") : value === false ? text("no") : String(value);

const KINDS = { new: () => text("new"), trash: () => text("to the trash") };
const OUTCOMES = {
  written: ["good", () => text("written")], same: ["soft", () => text("was so already")], "left out": ["soft", () => text("left out")],
  refused: ["bad", () => text("not written")], unknown: ["warn", () => text("unknown")], "not tried": ["warn", () => text("not tried")],
  undone: ["soft", () => text("taken back")],
};

// A long value is cut to the place where before and after begin to differ, or both would look alike.
function cutter(field) {
  const [before, after] = [field.before, field.after].map(shownValue);
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const from = same > LONG / 2 ? same - LEAD : 0;
  return whole => `${from ? "…" : ""}${whole.slice(from, from + LONG)}${from + LONG < whole.length ? "…" : ""}`;
}

function valueCell(kind, label, field) {
  const cell = element("td", { class: kind, role: "cell" }, element("span", { class: "unseen" }, `${label}: `));
  const whole = shownValue(field[kind]), isEmptied = kind === "after" && field.emptied;
  if (!whole) {
    cell.append(isEmptied ? element("span", { class: "badge bad" }, text("emptied")) : element("span", { class: "soft" }, text("(empty)")));
    return cell;
  }
  const isLong = whole.length > LONG;
  const part = isLong ? cutter(field)(whole) : whole, said = element("span", { class: "value" }, part);
  cell.append(said);
  if (isLong) {
    const more = element("button", { class: "plain", type: "button", "aria-expanded": "false" }, text("Show all {count} characters", { count: written(whole.length) }));
    more.addEventListener("click", () => {
      const isAll = more.getAttribute("aria-expanded") === "false";
      more.setAttribute("aria-expanded", String(isAll));
      said.textContent = isAll ? whole : part;
      more.textContent = isAll ? text("Show less") : text("Show all {count} characters", { count: written(whole.length) });
    });
    cell.classList.add("long");
    cell.append(" ", more);
  }
  return cell;
}

function recordCell(row, lines) {
  const cell = element("th", { class: "record", scope: "rowgroup", role: "rowheader", rowspan: lines }, element("span", { class: "name" }, nameOf(row)));
  if (row.id && row.name) cell.append(" ", element("span", { class: "id" }, row.id));
  if (KINDS[row.kind]) cell.append(" ", element("span", { class: `badge ${row.kind === "trash" ? "bad" : "good"}` }, KINDS[row.kind]()));
  if (row.outcome) {
    const [look, said] = OUTCOMES[row.outcome];
    cell.append(" ", element("span", { class: `badge ${look}` }, said()));
    if (row.message && (row.outcome === "refused" || row.outcome === "unknown" || row.isLeft)) cell.append(element("p", { class: "note" }, row.message));
  } else if (row.closed !== undefined) {
    cell.append(" ", element("span", { class: "badge soft" }, row.closed === "same" ? text("is so already") : text("will not be written")));
    if (row.closed && row.closed !== "same") cell.append(element("p", { class: "note" }, row.closed));
  }
  for (const note of row.notes || []) cell.append(element("p", { class: "note" }, note));
  return cell;
}

function body(row) {
  const lines = Math.max(1, row.fields.length), isOut = leftOut.has(row.row) || row.outcome === "left out";
  const made = element("tbody", { role: "rowgroup", class: [isOut ? "out" : "", isOpen() ? "" : "done"].join(" ").trim() || null });
  for (let at = 0; at < lines; at++) {
    const line = element("tr", { role: "row" }), field = row.fields[at];
    if (at === 0 && isOpen()) line.append(tickCell(row, lines, made));
    if (at === 0) line.append(recordCell(row, lines));
    if (field) {
      const isNew = row.kind === "new";
      line.append(element("td", { class: "field", role: "cell" }, field.field));
      line.append(isNew ? element("td", { class: "before none", role: "cell" }) : valueCell("before", text("Before"), field));
      line.append(valueCell("after", text("After"), field));
    } else line.append(...["field", "before none", "after"].map(name => element("td", { class: name, role: "cell" })));
    made.append(line);
  }
  return made;
}

function tickCell(row, lines, group) {
  const cell = element("th", { class: "tick", role: "cell", rowspan: lines });
  if (row.closed !== undefined) return cell;
  const tick = element("input", { type: "checkbox", "aria-label": text("Write {name}", { name: nameOf(row) }) });
  tick.checked = !leftOut.has(row.row);
  tick.disabled = isBusy;
  tick.addEventListener("change", () => {
    if (tick.checked) leftOut.delete(row.row); else leftOut.add(row.row);
    group.classList.toggle("out", !tick.checked);
    drawChoice();
  });
  cell.append(tick);
  return cell;
}

function found() {
  const wanted = filter.trim().toLocaleLowerCase(locale);
  if (!wanted) return plan.rows;
  return plan.rows.filter(row => [nameOf(row), row.id, ...row.fields.flatMap(one => [one.field, shownValue(one.before), shownValue(one.after)])]
    .some(one => String(one ?? "").toLocaleLowerCase(locale).includes(wanted)));
}

function drawTable() {
  const rows = found(), pages = Math.max(1, Math.ceil(rows.length / PER_PAGE));
  shownPage = Math.min(shownPage, pages - 1);
  const heads = [["record", text("Record")], ["field", text("Field")], ["before", text("Before")], ["after", text("After")]]
    .map(([name, said]) => element("th", { scope: "col", role: "columnheader", class: name }, said));
  if (isOpen()) heads.unshift(element("th", { scope: "col", role: "columnheader", class: "tick" }, element("span", { class: "unseen" }, text("Write"))));
  page("table").replaceChildren(element("caption", { class: "unseen" }, text("What the plan changes")),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    ...rows.slice(shownPage * PER_PAGE, (shownPage + 1) * PER_PAGE).map(body));
  page("table").hidden = false;
  const turn = (by, said) => {
    const button = element("button", { type: "button" }, said);
    button.disabled = shownPage + by < 0 || shownPage + by >= pages;
    button.addEventListener("click", () => {
      shownPage += by;
      drawTable();
      const buttons = [...page("pages").querySelectorAll("button")];
      (buttons[by < 0 ? 0 : 1].disabled ? buttons[by < 0 ? 1 : 0] : buttons[by < 0 ? 0 : 1]).focus();
    });
    return button;
  };
  page("pages").hidden = pages < 2;
  page("pages").setAttribute("aria-label", text("Pages"));
  page("pages").replaceChildren(turn(-1, text("Back")), element("span", { role: "status" },
    text("Page {page} of {pages}", { page: shownPage + 1, pages })), turn(1, text("Next")));
}

function drawChoice() {
  const all = choosable(), some = chosen(), matching = found().filter(row => row.closed === undefined);
  const out = matching.filter(row => leftOut.has(row.row)).length;
  page("all").checked = matching.length > 0 && out === 0;
  page("all").indeterminate = out > 0 && out < matching.length;
  page("all").disabled = isBusy || !matching.length;
  page("allText").textContent = filter.trim() ? ntext("The {count} found", "All {count} found", matching.length) : ntext("The {count} record", "All {count}", matching.length);
  tell("count", text("{chosen} of {all} chosen", { chosen: written(some.length), all: written(all.length) }));
  const write = page("write");
  if (write) {
    write.textContent = some.length === all.length ? ntext("Write {count} record", "Write {count} records", all.length)
      : ntext("Write {chosen} of {count} record", "Write {chosen} of {count} records", all.length, { chosen: written(some.length) });
    write.disabled = isBusy || !some.length || (plan.asks && plan.asking === "impossible");
  }
}
