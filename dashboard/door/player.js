// Space plays and stops the film of a page; a click on a line of what is said goes there, and the
// line that is heard is marked. Loaded from a file of ours: the pages' policy runs nothing else.
(() => {
  if (window.clipperPlayer) return;
  window.clipperPlayer = true;
  const film = () => document.querySelector("video");
  const BAR = ".st-key-review_bar";

  const plays = (event) => {
    const at = event.target;
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (!film() || !(at instanceof Element)) return false;
    if (at.closest("input, textarea, select, video, [contenteditable=true], [role=combobox]")) {
      return false;
    }
    // A button of the bar keeps the focus when it was clicked: it must not be pressed again.
    return !at.closest("button, summary, [role=tab], [role=radio]") || !!at.closest(BAR);
  };

  document.addEventListener("keydown", (event) => {
    if (!plays(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    if (film().paused) film().play().catch(() => {});
    else film().pause();
  }, true);
  document.addEventListener("keyup", (event) => {
    if (plays(event)) event.preventDefault();
  }, true);

  document.addEventListener("click", (event) => {
    const line = event.target instanceof Element && event.target.closest("[data-at]");
    if (!line || !film()) return;
    film().currentTime = Number(line.dataset.at) / 1000;
    film().play().catch(() => {});
  });

  // Events of films do not bubble.
  document.addEventListener("timeupdate", (event) => {
    const now = event.target.currentTime * 1000 + 60;
    const lines = [...document.querySelectorAll("[data-at]")];
    const heard = lines.filter((line) => Number(line.dataset.at) <= now).pop();
    for (const line of lines) line.classList.toggle("cl-heard", line === heard);
  }, true);
})();
