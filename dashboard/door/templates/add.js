// Sends files in pieces (tus 1.0.0): one that was cut goes on where it was, also after a reload.
"use strict";
(() => {
  const PIECE = 8 * 1024 * 1024;
  const MOST_TRIES = 12;
  const WHOLE = "Everything has arrived. What becomes of it stands below.";
  const said = (name) => document.querySelector(`meta[name="clipper-${name}"]`).content;
  const find = (id) => document.getElementById(id);
  const suffixes = said("captions").split(",");
  const list = find("list");
  const waiting = [];
  let working = false;

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const stem = (name) => name.replace(/\.[^.]*$/, "");
  const isCaptions = (file) => suffixes.some((one) => file.name.toLowerCase().endsWith(one));
  const base64 = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const encoded = (text) => base64(new TextEncoder().encode(text));
  const amount = (bytes) =>
    bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  const span = (seconds) => {
    if (seconds < 60) return "less than a minute";
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return `${minutes} min`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  // What a file is known by: a browser tells no path, and reading it all would take minutes.
  const markOf = (file, client) => `clipper upload ${client}/${file.name}/${file.size}/${file.lastModified}`;
  const remembered = (mark) => { try { return localStorage.getItem(mark); } catch { return null; } };
  const remember = (mark, url) => { try { localStorage.setItem(mark, url); } catch { /* goes without */ } };
  const forget = (mark) => { try { localStorage.removeItem(mark); } catch { /* goes without */ } };

  // Sent again, it would be refused again, where it is for good.
  class Refused extends Error {
    constructor(message, forGood = false) { super(message); this.forGood = forGood; }
  }
  class Cut extends Error {}

  function send(method, url, { headers = {}, body = null, onProgress = null, hold = null } = {}) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.setRequestHeader("X-Clipper-Token", said("token"));
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.onload = () => done(request);
      request.onerror = request.onabort = () => failed(new Cut());
      if (onProgress) request.upload.onprogress = (event) => onProgress(event.loaded);
      if (hold) hold(request);
      request.send(body);
    });
  }

  const tus = (headers) => ({ "Tus-Resumable": "1.0.0", ...headers });

  function checkAnswer(answer) {
    if (answer.status < 300) return answer;
    if (answer.status === 401) {
      throw new Refused("You are not signed in any more. Load this page again and choose the same file: it goes on where it was.");
    }
    if (answer.status >= 500 && answer.status !== 507) throw new Cut();
    throw new Refused(answer.responseText || `It was refused (${answer.status}).`, answer.status === 413 || answer.status === 415);
  }

  function terms() {
    const client = find("client").value;
    if (!client) throw new Refused("Choose for which client this is first.");
    const ground = find("ground").value;
    const needsOwner = ground === "licensed" || ground === "permission";
    const found = { client, ground: ground === "unstated" ? "" : ground, owner: "", note: "" };
    if (ground !== "unstated") found.owner = find("owner").value.trim();
    if (needsOwner) found.note = find("note").value.trim();
    if (needsOwner && !found.owner) throw new Refused("Say who owns it first: whoever gave the licence or the permission.");
    if (ground === "permission" && !found.note) throw new Refused("Note first what was agreed on, and when.");
    return found;
  }

  async function keepCaptions(file, client) {
    const url = `/adding/captions?client=${encodeURIComponent(client)}&name=${encodeURIComponent(file.name)}`;
    const answer = checkAnswer(await send("POST", url, { body: file, headers: { "Content-Type": "application/octet-stream" } }));
    return JSON.parse(answer.responseText).captions;
  }

  class Row {
    constructor(item, name, size) {
      this.item = item;
      item.replaceChildren();
      const title = document.createElement("strong");
      title.textContent = name;
      this.told = document.createElement("span");
      this.told.className = "told";
      this.acts = document.createElement("span");
      this.acts.className = "acts";
      this.bar = document.createElement("progress");
      this.bar.max = size;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", name);
      item.append(title, this.acts, this.told, this.bar);
    }
    tell(text, kind = "") { this.told.textContent = text; this.told.className = `told ${kind}`; }
    offer(...acts) {
      this.acts.replaceChildren(...acts.map(([label, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "small";
        button.textContent = label;
        button.onclick = act;
        return button;
      }));
    }
  }

  class Upload {
    constructor(file, given, captions, item) {
      Object.assign(this, { file, given, captions, state: "waiting", request: null, at: 0 });
      this.mark = markOf(file, given.client);
      this.row = new Row(item, file.name, file.size);
      this.row.tell("waits for its turn");
      this.offer();
    }
    offer() {
      const discard = ["Discard", () => this.discard()];
      if (this.state === "paused" || this.state === "failed") this.row.offer(["Go on", () => this.goOn()], discard);
      else if (this.state === "refused") this.row.offer(["Remove", () => this.discard()]);
      else if (this.state === "over") this.row.offer();
      else this.row.offer(["Pause", () => this.pause()], discard);
    }
    pause() {
      this.state = "paused";
      if (this.request) this.request.abort();
      this.row.tell(`paused at ${amount(this.at)} of ${amount(this.file.size)}`);
      this.offer();
    }
    goOn() {
      this.state = "waiting";
      this.row.tell("waits for its turn");
      this.offer();
      waiting.push(this);
      work();
    }
    async discard() {
      const url = remembered(this.mark);
      this.state = "over";
      if (this.request) this.request.abort();
      forget(this.mark);
      this.row.item.remove();
      if (url) await send("DELETE", url, { headers: tus() }).catch(() => {});
    }
    async run() {
      this.state = "sending";
      this.offer();
      this.begun = performance.now();
      this.sent = 0;
      for (let tries = 0; this.state === "sending"; tries += 1) {
        try {
          await this.begin();
          while (this.state === "sending" && this.at < this.file.size) {
            await this.piece();
            tries = 0;
          }
          if (this.state === "sending") this.finish();
          return;
        } catch (error) {
          if (this.state !== "sending") return;
          if (error instanceof Refused || tries >= MOST_TRIES) { this.fail(error, tries); return; }
          this.row.tell("The connection is cut. It goes on by itself as soon as it can.");
          await wait(Math.min(30000, 500 * 2 ** tries));
        }
      }
    }
    fail(error, tries) {
      this.state = error.forGood ? "refused" : "failed";
      this.row.bar.hidden = this.state === "refused";
      this.row.tell(error instanceof Refused ? error.message : `Nothing came through ${tries} times. Go on when the connection is back.`, "wrong");
      this.offer();
    }
    finish() {
      this.state = "over";
      forget(this.mark);
      this.row.bar.value = this.file.size;
      this.row.tell(WHOLE, "right");
      this.offer();
    }
    async begin() {
      const known = remembered(this.mark);
      if (known) {
        const answer = await send("HEAD", known, { headers: tus() });
        if (answer.status === 200) { this.url = known; this.at = Number(answer.getResponseHeader("Upload-Offset")); this.show(0); return; }
        if (answer.status !== 404 && answer.status !== 410) checkAnswer(answer);
        forget(this.mark);
      }
      const said = { filename: this.file.name, ...this.given };
      if (this.captions && !this.key) this.key = await keepCaptions(this.captions, this.given.client);
      if (this.key) said.captions = this.key;
      const pairs = Object.entries(said).filter(([, value]) => value).map(([name, value]) => `${name} ${encoded(value)}`);
      const headers = tus({ "Upload-Length": String(this.file.size), "Upload-Metadata": pairs.join(",") });
      const answer = checkAnswer(await send("POST", "/adding/files", { headers }));
      this.url = answer.getResponseHeader("Location");
      this.at = 0;
      remember(this.mark, this.url);
    }
    async piece() {
      let bytes;
      try {
        bytes = await this.file.slice(this.at, this.at + PIECE).arrayBuffer();
      } catch {
        throw new Refused("The file cannot be read any more: it was moved or changed. Choose it again.");
      }
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const headers = tus({
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(this.at),
        "Upload-Checksum": `sha256 ${base64(digest)}`,
      });
      const answer = await send("PATCH", this.url, {
        headers, body: bytes, onProgress: (loaded) => this.show(loaded), hold: (request) => { this.request = request; },
      });
      this.request = null;
      if (answer.status === 409 || answer.status === 423 || answer.status === 460 || answer.status === 408) throw new Cut();
      if (answer.status === 415 || answer.status === 413) forget(this.mark);
      checkAnswer(answer);
      this.sent += bytes.byteLength;
      this.at = Number(answer.getResponseHeader("Upload-Offset"));
      this.show(0);
    }
    show(loaded) {
      const there = Math.min(this.file.size, this.at + loaded);
      this.row.bar.value = there;
      const seconds = (performance.now() - this.begun) / 1000;
      const speed = (this.sent + loaded) / Math.max(seconds, 0.001);
      const left = seconds > 2 && speed > 0 ? `, ${span((this.file.size - there) / speed)} left at ${amount(speed)}/s` : "";
      this.row.tell(`${amount(there)} of ${amount(this.file.size)}${left}`);
    }
  }

  async function work() {
    if (working) return;
    working = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (next.state === "waiting") await next.run();
    }
    working = false;
  }

  function tell(text, kind = "") {
    const place = find("said");
    place.textContent = text;
    place.className = kind;
    place.hidden = !text;
  }

  function take(files) {
    const all = [...files];
    const texts = all.filter(isCaptions);
    const videos = all.filter((file) => !isCaptions(file));
    let given;
    try {
      given = terms();
      if (!videos.length) throw new Refused("Captions come together with their video: choose both.");
    } catch (error) { tell(error.message, "wrong"); return; }
    tell("");
    for (const file of videos) {
      const own = texts.find((one) => stem(one.name) === stem(file.name) || stem(one.name).startsWith(`${stem(file.name)}.`));
      const captions = own || (videos.length === 1 ? texts[0] : null);
      // The browser forgets across sites and sessions; the server lists what it has begun.
      const begun = [...list.children].find((item) => item.dataset.url && item.dataset.name === file.name
        && Number(item.dataset.size) === file.size && item.dataset.client === given.client);
      if (begun && begun.dataset.url !== remembered(markOf(file, given.client)) && !remembered(markOf(file, given.client))) {
        remember(markOf(file, given.client), begun.dataset.url);
      }
      const item = begun || document.createElement("li");
      delete item.dataset.url;
      if (!begun) list.append(item);
      const upload = new Upload(file, given, captions, item);
      if (file.size === 0) upload.fail(new Refused("This file is empty.", true), 0);
      else if (file.size > Number(said("most-bytes"))) upload.fail(new Refused("This file is too large.", true), 0);
      else waiting.push(upload);
    }
    work();
  }

  async function addLink(event) {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      const given = terms();
      const url = find("url").value.trim();
      if (!url) throw new Refused("Paste a link first.");
      const captions = find("captions").files[0];
      tell("Adding the link …");
      const form = { ...given, url, title: find("title").value };
      if (captions) form.captions = await keepCaptions(captions, given.client);
      const answer = checkAnswer(await send("POST", "/adding/links", {
        body: JSON.stringify(form), headers: { "Content-Type": "application/json" },
      }));
      const made = JSON.parse(answer.responseText);
      tell(made.said ? `The link is kept. ${made.said}` : "The link is added. What becomes of it stands below.", made.said ? "" : "right");
      event.target.reset();
    } catch (error) {
      tell(error instanceof Refused ? error.message : "The connection is cut: try again.", "wrong");
    }
    button.disabled = false;
  }

  function showBegun() {
    for (const item of list.children) {
      const { url, name, size, received, client } = item.dataset;
      const row = new Row(item, name, Number(size));
      row.bar.value = Number(received);
      row.tell(`${amount(Number(received))} of ${amount(Number(size))} for ${client} are here. Choose the same file again to go on.`);
      row.offer(["Discard", async () => {
        item.remove();
        for (const mark of Object.keys(localStorage)) if (remembered(mark) === url) forget(mark);
        await send("DELETE", url, { headers: tus() }).catch(() => {});
      }]);
    }
  }

  // The dashboard's page has this one in a frame: as high as it is, and in the same colours.
  function fit() {
    const frame = window.frameElement;
    if (!frame) return;
    const height = `${document.body.scrollHeight + 2}px`;
    if (frame.style.height === height) return;
    frame.style.height = height;
    // What it stands in was told another height.
    for (let box = frame.parentElement; box && box.dataset.testid !== "stVerticalBlock"; box = box.parentElement) {
      box.style.height = "auto";
    }
  }
  function dress() {
    let dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const page = window.frameElement && parent.document.querySelector(".stApp");
    if (page) {
      const ground = parent.getComputedStyle(page).backgroundColor;
      const [red, green, blue] = (ground.match(/[\d.]+/g) || []).map(Number);
      if (blue !== undefined) dark = red + green + blue < 384;
      document.documentElement.style.background = ground;
    }
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }
  // The letters of the page around it, by the rules that it has for them.
  function letter() {
    if (!window.frameElement) return;
    for (const sheet of parent.document.styleSheets) {
      let rules = [];
      try { rules = sheet.cssRules; } catch { continue; }
      for (const rule of rules) {
        if (rule.constructor.name !== "CSSFontFaceRule" || !/^"?Source Sans"?$/.test(rule.style.getPropertyValue("font-family"))) continue;
        const source = rule.style.getPropertyValue("src").replace(/url\("?([^")]+)"?\)/g,
          (_, url) => `url("${new URL(url, sheet.href || parent.location.href)}")`);
        const face = new FontFace("Source Sans", source, {
          weight: rule.style.getPropertyValue("font-weight") || "400", style: rule.style.getPropertyValue("font-style") || "normal",
        });
        face.load().then((loaded) => document.fonts.add(loaded)).catch(() => {});
      }
    }
  }

  dress();
  setInterval(dress, 1500);
  letter();
  new ResizeObserver(fit).observe(document.body);
  fit();
  if (!find("drop")) return;
  showBegun();
  const wish = new URLSearchParams(location.search).get("client");
  if (wish && [...find("client").options].some((option) => option.value === wish)) find("client").value = wish;
  find("ground").onchange = () => {
    const ground = find("ground").value;
    find("owner-field").hidden = ground === "unstated";
    find("note-field").hidden = ground !== "permission" && ground !== "licensed";
  };
  find("files").onchange = (event) => { take(event.target.files); event.target.value = ""; };
  // Chosen before this was read.
  if (find("files").files.length) find("files").onchange({ target: find("files") });
  find("link").onsubmit = addLink;
  for (const kind of ["dragenter", "dragover"]) {
    addEventListener(kind, (event) => { event.preventDefault(); find("drop").classList.add("over"); });
  }
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) find("drop").classList.remove("over"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    find("drop").classList.remove("over");
    take(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => { if (working) event.preventDefault(); });
})();
