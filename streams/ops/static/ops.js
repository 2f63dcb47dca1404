// Refreshes the board every two seconds without losing the reader's place, and sends actions.
"use strict";

const PERIOD_MS = 2000;
const AGAIN_MS = 15000;
const KEPT_OPEN = new Map();
const board = document.getElementById("board");
const linkState = document.getElementById("link-state");
const news = document.getElementById("news");
const answer = document.getElementById("answer");
const actor = document.getElementById("actor");
const note = document.getElementById("note");
let shown = "";

function say(element, zh, en) {
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = en;
  element.replaceChildren(zh + " ", english);
}

// Replacing the board would fold what was unfolded and drop the keyboard's focus.
function replaceBoard(html) {
  const focused = document.activeElement && board.contains(document.activeElement)
    ? document.activeElement : null;
  const key = focused && (focused.id || (focused.closest("details") || {}).id);
  for (const details of board.querySelectorAll("details[id]")) KEPT_OPEN.set(details.id, details.open);
  const before = counts();
  board.innerHTML = html;
  for (const details of board.querySelectorAll("details[id]")) {
    if (KEPT_OPEN.has(details.id)) details.open = KEPT_OPEN.get(details.id);
  }
  if (key) {
    const again = document.getElementById(key);
    const target = again && again.tagName === "DETAILS" ? again.querySelector("summary") : again;
    if (target) target.focus({ preventScroll: true });
  }
  const after = counts();
  if (before && after && before !== after) {
    const [alerts, orders] = after.split("/");
    say(news, `生效预警 ${alerts}，未结工单 ${orders}`, `${alerts} active alerts, ${orders} open orders`);
  }
}

function counts() {
  const alerts = document.getElementById("alert-count");
  const orders = document.getElementById("order-count");
  return alerts && orders ? `${alerts.textContent}/${orders.textContent}` : "";
}

function linked(ok) {
  const was = linkState.classList.contains("ok");
  if (ok === was) return;
  linkState.className = ok ? "link ok" : "link lost";
  if (ok) say(linkState, "实时", "live");
  else say(linkState, "⚠ 连接中断，以下为旧数据", "connection lost, data below are old");
}

async function refresh() {
  try {
    const response = await fetch(board.dataset.source, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const html = await response.text();
    if (html !== shown) {
      replaceBoard(html);
      shown = html;
    }
    linked(true);
  } catch {
    linked(false);
  }
  window.setTimeout(refresh, PERIOD_MS);
}

async function act(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const { order, action } = button.dataset;
  // Not `disabled`, which would throw the keyboard's focus off the button. The board brings a new
  // button when the order has moved; if it never does, this one may be tried again.
  button.setAttribute("aria-disabled", "true");
  window.setTimeout(() => button.removeAttribute("aria-disabled"), AGAIN_MS);
  try {
    const response = await fetch(`/api/orders/${encodeURIComponent(order)}/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ actor: actor.value, note: note.value }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail || response.status);
    note.value = "";
    say(answer, `已提交 ${order}`, `submitted, command ${body.command}`);
  } catch (error) {
    button.removeAttribute("aria-disabled");
    say(answer, `未能提交 ${order}`, `not submitted: ${error.message}`);
  }
}

board.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  if (button) act(button);
});
if (actor) {
  document.getElementById("operator").addEventListener("submit", (event) => event.preventDefault());
  actor.value = window.localStorage.getItem("actor") || "";
  actor.addEventListener("change", () => window.localStorage.setItem("actor", actor.value));
}
if (board.dataset.source) window.setTimeout(refresh, PERIOD_MS);
