// Keeps the page new without losing the reader's place: what did not change is not touched, so that what is focused,
// opened, scrolled or written stays. Everything else works without this script.
(() => {
  "use strict";

  const EVERY = 10000; // milliseconds
  const PATIENCE = 9000;
  const ANNOUNCED = 5; // changes that are read out one by one
  const byId = (id) => document.getElementById(id);
  const touched = new Set(); // ids of what the reader opened or closed: no longer the page's to decide
  const served = new WeakMap(); // details, and whether they were open in the page as it came
  for (const details of document.querySelectorAll("details")) served.set(details, details.open);
  const opened = new Map(); // what a filter opened, and how it was before

  // --- making one tree of elements like another -----------------------------------------------------------------

  const OWN = new Set(["open", "hidden", "value"]); // attributes that are the reader's, see below

  function like(now, next) {
    if (now.isEqualNode(next)) return;
    if (now.nodeType !== Node.ELEMENT_NODE) {
      if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue;
      return;
    }
    attributes(now, next);
    children(now, next);
  }

  function attributes(now, next) {
    for (const { name } of [...now.attributes]) {
      if (!OWN.has(name) && !next.hasAttribute(name)) now.removeAttribute(name);
    }
    for (const { name, value } of [...next.attributes]) {
      if (!OWN.has(name) && now.getAttribute(name) !== value) now.setAttribute(name, value);
    }
    if (now instanceof HTMLDetailsElement) follow(now, next.open);
  }

  // Only where the page itself thinks otherwise than before: a search in the page opens details, too.
  function follow(details, open) {
    const changed = served.has(details) && served.get(details) !== open;
    served.set(details, open);
    if (!changed || touched.has(details.id)) return;
    if (opened.has(details)) opened.set(details, open);
    else details.open = open;
  }

  const same = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id || "") === (other.id || "");

  function children(now, next) {
    const wanted = new Set([...next.children].map((child) => child.id).filter(Boolean));
    let at = now.firstChild;
    for (const child of [...next.childNodes]) {
      while (at && at.id && !wanted.has(at.id)) at = dropped(at);
      const known = child.id ? byId(child.id) : null;
      if (known && known !== at && same(known, child)) {
        now.insertBefore(known, at);
        like(known, child);
      } else if (at && same(at, child)) {
        const here = at;
        at = at.nextSibling;
        like(here, child);
      } else {
        now.insertBefore(document.importNode(child, true), at);
      }
    }
    while (at) at = dropped(at);
  }

  function dropped(node) {
    const following = node.nextSibling;
    node.remove();
    return following;
  }

  // --- asking again ---------------------------------------------------------------------------------------------

  let asked = Date.now();
  let answered = Date.now();
  let asking = false;

  async function refresh() {
    if (asking) return;
    asking = true;
    asked = Date.now();
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      const isPage = (answer.headers.get("Content-Type") || "").startsWith("text/html");
      if (!isPage || answer.status >= 500) throw new Error(`it answers with status ${answer.status}`);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      answered = Date.now();
      lost("");
    } catch (error) {
      lost(error instanceof TypeError || error.name === "TimeoutError" ? "" : error.message, true);
    } finally {
      asking = false;
    }
  }

  function show(next) {
    const script = "script[src]";
    if (next.querySelector(script)?.getAttribute("src") !== document.querySelector(script).getAttribute("src")) {
      location.reload(); // another version of the agent
      return;
    }
    const before = verdicts();
    const focused = document.activeElement;
    document.title = next.title;
    for (const name of ["header", "main", "footer"]) {
      const now = document.querySelector(`body > ${name}`);
      const then = next.querySelector(`body > ${name}`);
      if (now && then) like(now, then);
    }
    // What moves, as a row does whose verdict became worse, loses the focus on its way.
    if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    announce(before);
    filter();
  }

  const clock = (at) => `${new Date(at).toISOString().slice(11, 19)} UTC`;

  function lost(why, failed) {
    const place = byId("lost");
    const text = failed
      ? `The agent does not answer since ${clock(answered)}${why ? `: ${why}` : ""}. What stands here is from then.`
      : "";
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !failed;
    document.body.classList.toggle("stale", Boolean(failed));
  }

  function verdicts() {
    const found = new Map();
    for (const row of document.querySelectorAll("li.row")) {
      found.set(row.querySelector(".way").getAttribute("href"), [row, row.querySelector(".chip").textContent]);
    }
    for (const lead of document.querySelectorAll(".lead[data-tells]")) {
      found.set("", [lead, lead.querySelector(".chip").textContent]);
    }
    return found;
  }

  const tells = (place) =>
    place.dataset.tells ||
    `${place.querySelector(".way").firstChild.data.replace("→", "to")}, ${place.querySelector(".what").textContent}`;

  function announce(before) {
    const news = [];
    for (const [key, [place, verdict]] of verdicts()) {
      if (before.has(key) && before.get(key)[1] !== verdict) news.push(`${tells(place)}: now ${verdict}.`);
    }
    if (!news.length) return;
    const more = news.length > ANNOUNCED ? ` And ${news.length - ANNOUNCED} more.` : "";
    byId("live").textContent = news.slice(0, ANNOUNCED).join(" ") + more;
  }

  setInterval(() => {
    if (document.visibilityState === "visible") refresh();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - asked > EVERY) refresh();
  });
  window.addEventListener("online", refresh);

  // --- opening and closing --------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("summary")?.parentElement;
    if (!details) return;
    touched.add(details.id);
    opened.delete(details);
  });

  // --- filter ---------------------------------------------------------------------------------------------------

  const tools = byId("tools");
  const field = byId("filter");
  const only = byId("only");
  const fold = byId("fold");

  function filter() {
    if (!tools) return;
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || only.checked;
    let count = 0;
    let all = 0;
    for (const group of document.querySelectorAll("details.group")) {
      let inside = 0;
      const zones = group.dataset.zones;
      for (const row of group.querySelectorAll(".row")) {
        const text = `${zones} ${read(row)}`.toLowerCase();
        const shown = (!only.checked || "bad" in row.dataset) && words.every((word) => text.includes(word));
        if (row.hidden === shown) row.hidden = !shown;
        inside += shown;
        all += 1;
      }
      for (const rest of group.querySelectorAll("details.rest")) {
        const found = active && rest.querySelector(".row:not([hidden])") !== null;
        rest.hidden = active && !found;
        unfold(rest, found);
      }
      count += inside;
      group.hidden = active && !inside;
      unfold(group, active && inside > 0);
    }
    for (const need of document.querySelectorAll(".need")) {
      need.hidden = active && !need.querySelector(".row:not([hidden])");
    }
    const text = active ? `${count} of ${all} rows` : "";
    if (byId("found").textContent !== text) byId("found").textContent = text;
  }

  // What stands in the line of a path; the sentences below it would name other peers.
  function read(row) {
    let text = "";
    for (const part of row.children) if (part.matches(".chip, .way, .what, .cause")) text += ` ${part.textContent}`;
    return text;
  }

  // A group in which something was found is open for as long as it is looked for.
  function unfold(group, wanted) {
    if (wanted && !group.open && !opened.has(group) && !touched.has(group.id)) {
      opened.set(group, false);
      group.open = true;
    } else if (!wanted && opened.has(group)) {
      group.open = opened.get(group);
      opened.delete(group);
    }
  }

  function foldAll() {
    const groups = [...document.querySelectorAll("details.group")];
    const close = groups.some((group) => group.open);
    for (const group of groups) {
      group.open = !close;
      touched.add(group.id);
      opened.delete(group);
    }
    fold.textContent = close ? "Open all groups" : "Collapse all groups";
  }

  if (tools) {
    tools.hidden = false;
    field.addEventListener("input", filter);
    only.addEventListener("change", filter);
    fold.addEventListener("click", foldAll);
    tools.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
})();
