/* Adds to pages that work without it: buttons that copy, a chooser that opens at once, a journal that follows along. */
"use strict";

/* Texts are in the language of the page. */
const texts = document.body.dataset;
const announcer = document.getElementById("announcer");

function announce(text) {
  announcer.textContent = "";
  window.setTimeout(() => { announcer.textContent = text; }, 50);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = texts.copied;
    announce(texts.copied);
  } catch {
    window.getSelection().selectAllChildren(source);
    button.textContent = texts.selected;
    announce(texts.howToCopy);
  }
  window.setTimeout(() => { button.textContent = label; }, 1500);
}

function enhance(root) {
  for (const button of root.querySelectorAll("[data-copies]")) {
    button.hidden = false;
  }
  for (const element of root.querySelectorAll("[data-scriptless]")) {
    element.hidden = true;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) {
    copy(button);
  }
});

/* A list that is walked through by keyboard changes at every step: only a mouse, or Enter, opens at once. */
for (const select of document.querySelectorAll("[data-submits]")) {
  let byKeyboard = false;
  select.addEventListener("keydown", (event) => {
    byKeyboard = event.key !== "Enter";
    if (event.key === "Enter") {
      event.preventDefault();
      select.form.requestSubmit();
    }
  });
  select.addEventListener("pointerdown", () => { byKeyboard = false; });
  select.addEventListener("change", () => {
    if (!byKeyboard) {
      select.form.requestSubmit();
    }
  });
}

function followJournal(state, button, list) {
  let last = Number(state.dataset.live);
  let live = true;
  let waiting = false;

  async function look() {
    if (!live || waiting || document.hidden) {
      return;
    }
    waiting = true;
    try {
      const address = new URL(state.dataset.rows, window.location.href);
      address.searchParams.set("after", String(last));
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const html = await answer.text();
      last = Number(answer.headers.get("X-Last-Id"));
      const rows = new DOMParser().parseFromString(html, "text/html").body.children;
      const fresh = Array.from(rows, (row) => document.adoptNode(row));
      if (fresh.length > 0) {
        fresh.forEach((row) => row.classList.add("fresh"));
        list.prepend(...fresh);
        enhance(list);
        document.getElementById("no-entries").hidden = true;
        announce(fresh.length === 1 ? texts.oneRequest : `${texts.manyRequests} ${fresh.length}`);
        while (list.children.length > 300) {
          list.lastElementChild.remove();
        }
      }
      button.textContent = texts.live;
    } catch {
      button.textContent = texts.noAnswer;
    }
    waiting = false;
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    live = !live;
    button.setAttribute("aria-pressed", String(live));
    look();
  });
  window.setInterval(look, 1500);
}

enhance(document);
const state = document.getElementById("live-state");
if (state) {
  followJournal(state, document.getElementById("live-button"), document.getElementById("entries"));
}
