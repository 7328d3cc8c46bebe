"use strict";
/* What every fake page does: parts are marked with data-fake, apart from how a platform marks them.
   KNOWN is put before this by the server. */
const one = (name, where = document) => where.querySelector(`[data-fake~="${name}"]`);
const all = (name) => [...document.querySelectorAll(`[data-fake~="${name}"]`)];
const show = (name, on = true) => all(name).forEach((it) => { it.hidden = !on; });
let step = 0, upload = null, uploaded = false, sent = false;

function steps() {
  document.querySelectorAll("[data-step]").forEach((it) => { it.hidden = !it.dataset.step.split(",").includes(String(step)); });
}
function ready() {
  const post = one("post");
  if (!post) return;
  const on = (uploaded || KNOWN.early) && !sent;
  post.toggleAttribute("disabled", !on);
  post.setAttribute("aria-disabled", String(!on));
}
function overlay(kind) {
  const texts = {
    challenge: ["Verify it's you", "Drag the slider to fit the puzzle"],
    dialog: ["A new way to create", "Try our new studio"],
  };
  const box = document.createElement("div");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.style.cssText = "position:fixed;inset:0;background:#fffd;z-index:9";
  box.innerHTML = `<h2>${texts[kind][0]}</h2><p>${texts[kind][1]}</p><button>OK</button><div role=button>Next</div>`;
  document.body.append(box);
}
function progress(part) {
  const told = one("progress");
  if (told) told.textContent = part < 1 ? `Uploading ${Math.round(part * 100)}%` : told.dataset.ended;
}
async function take(file) {
  show("empty", false);
  step = 1; steps(); ready();
  const began = Date.now();
  const ticking = setInterval(() => progress(Math.min(0.99, (Date.now() - began) / (KNOWN.upload_s * 1000 + 1))), 50);
  const answer = await (await fetch("/fake/files", { method: "POST", body: file })).json();
  await new Promise((done) => setTimeout(done, KNOWN.upload_s * 1000));
  clearInterval(ticking);
  if (KNOWN.refuses) { one("progress").textContent = "Upload failed"; return; }
  upload = answer.id; uploaded = true; progress(1);
  const box = one("caption");
  if (KNOWN.writes_name && box) box.textContent = file.name.replace(/\.\w+$/, "");
  ready();
  if (KNOWN.challenge === "uploaded") overlay("challenge");
  if (KNOWN.dialog === "uploaded") overlay("dialog");
}
const kept = {};
const typed = (name) => kept[name] ?? one(name)?.innerText ?? "";
document.addEventListener("input", (event) => {
  // What is hidden has no lines.
  const name = event.target.dataset?.fake;
  if (name && event.target.isContentEditable) kept[name] = event.target.innerText;
});
async function publish() {
  if (sent) return;
  sent = true; ready();
  const on = {};
  document.querySelectorAll("[data-switch]").forEach((it) => {
    on[it.dataset.switch] = "checked" in it ? it.checked : it.getAttribute("aria-checked") === "true";
  });
  const asked = { file: upload, text: typed("caption") || typed("description"), title: typed("title"), on };
  const answer = await (await fetch("/fake/posts", { method: "POST", body: JSON.stringify(asked) })).json();
  if (answer.challenge) { overlay("challenge"); return; }
  if (answer.silent) return;
  all("link").forEach((it) => { it.href = answer.address; });
  show("form", false); show("done");
}
document.addEventListener("click", (event) => {
  const it = event.target.closest("[data-fake], [role=switch], [role=radio]");
  if (!it) return;
  const has = (name) => (it.dataset.fake || "").split(" ").includes(name);
  if (it.getAttribute("role") === "switch") it.setAttribute("aria-checked", String(it.getAttribute("aria-checked") !== "true"));
  if (it.getAttribute("role") === "radio") it.setAttribute("aria-checked", "true");
  if (it.getAttribute("aria-controls")) document.getElementById(it.getAttribute("aria-controls")).hidden = it.getAttribute("aria-checked") === "false";
  if (has("create")) show("creating");
  if (has("notice")) show("notices", false);
  if (has("next")) { step += 1; steps(); ready(); }
  if (has("more")) show("more-parts");
  if (has("post") && !it.hasAttribute("disabled")) publish();
});
all("file").forEach((it) => it.addEventListener("change", () => take(it.files[0])));
if (KNOWN.renamed) {
  document.querySelectorAll(KNOWN.renamed).forEach((it) => {
    it.className = "new-look";
    for (const name of it.getAttributeNames()) {
      if (!["class", "data-fake", "contenteditable"].includes(name)) it.removeAttribute(name);
    }
  });
}
if (KNOWN.dialog === "opening") overlay("dialog");
steps(); ready();
/* As pages do that are put together in the browser: a dialog opens empty and is filled then. */
all("late").forEach((it) => {
  const place = it.parentElement;
  it.remove();
  setTimeout(() => place.prepend(it), 250);
});
