"use strict";
(() => {
  const players = [...document.querySelectorAll("video")];

  for (const player of players) {
    const words = [...player.closest(".clip").querySelectorAll(".word")];
    const spans = words.map((word) => [Number(word.dataset.start), Number(word.dataset.end)]);
    let lit = null;
    const light = () => {
      const at = player.currentTime * 1000;
      const index = player.ended ? -1 : spans.findIndex(([start, end]) => start <= at && at < end);
      const word = index < 0 ? null : words[index];
      if (word !== lit) {
        if (lit) lit.classList.remove("now");
        if (word) word.classList.add("now");
        lit = word;
      }
    };
    const follow = () => {
      light();
      if (!player.paused && !player.ended) requestAnimationFrame(follow);
    };
    player.addEventListener("play", () => {
      for (const other of players) if (other !== player) other.pause();
      follow();
    });
    player.addEventListener("seeked", light);
    player.addEventListener("timeupdate", light);
  }

  document.addEventListener("click", (event) => {
    const word = event.target.closest(".word");
    if (!word) return;
    const player = word.closest(".clip").querySelector("video");
    player.currentTime = Number(word.dataset.start) / 1000;
    player.play().catch(() => {});
  });

  const rows = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("rejections");
  if (!table || !rows.length) return;

  const perPage = 50;
  const body = table.tBodies[0];
  const code = document.getElementById("code");
  const search = document.getElementById("search");
  const previous = document.getElementById("previous");
  const next = document.getElementById("next");
  let sort = "score";
  let down = true;
  let page = 0;

  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
  const chosen = () => {
    const wanted = search.value.trim().toLowerCase();
    return rows
      .filter((row) => !code.value || row.code === code.value)
      .filter((row) => !wanted || `${row.text} ${row.reason}`.toLowerCase().includes(wanted))
      .sort((a, b) => {
        const by = a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : 0;
        return (down ? -by : by) || a.start - b.start;
      });
  };
  const draw = () => {
    const found = chosen();
    const pages = Math.max(1, Math.ceil(found.length / perPage));
    page = Math.min(page, pages - 1);
    body.replaceChildren(
      ...found.slice(page * perPage, (page + 1) * perPage).map((row) => {
        const line = document.createElement("tr");
        for (const value of [
          row.number, row.score, row.span, seconds(row.length), row.code.replaceAll("_", " "), row.reason, row.text,
        ]) {
          const cell = document.createElement("td");
          cell.dir = "auto";
          cell.textContent = value;
          line.append(cell);
        }
        return line;
      }),
    );
    document.getElementById("count").textContent = `${found.length} of ${rows.length}`;
    document.getElementById("page").textContent = `Page ${page + 1} of ${pages}`;
    previous.disabled = page === 0;
    next.disabled = page === pages - 1;
    previous.parentElement.hidden = pages === 1;
  };

  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    down = sort === button.dataset.sort ? !down : ["score", "length"].includes(button.dataset.sort);
    sort = button.dataset.sort;
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", down ? "descending" : "ascending");
    page = 0;
    draw();
  });
  for (const filter of [code, search]) {
    filter.addEventListener("input", () => {
      page = 0;
      draw();
    });
  }
  previous.addEventListener("click", () => {
    page -= 1;
    draw();
  });
  next.addEventListener("click", () => {
    page += 1;
    draw();
  });
  draw();
})();
